// Large eager products are within the bound of their sums, and matrices whose rows vary share few programs.
import { randn } from "chainrule";
import { expect, it } from "vitest";
import { oneOpPrograms, programRows } from "../../src/backends/one-op.ts";
import { wasm } from "../../src/backends/wasm/backend.ts";
import { ops } from "../../src/tensor/ops.ts";

it("matrices of any number of rows have products within the bound of sums in float32", () => {
  for (const rows of [1, 15, 16, 17, 33, 63, 64, 65, 100, 129]) {
    const [a, b] = [randn([rows, 96]), randn([96, 90])];
    const y = a.matmul(b);
    const type = ops.matmul.type([a, b], {});
    const defined = { ...type, data: new Float32Array(rows * 90) };
    const terms = { ...type, data: new Float32Array(rows * 90) };
    ops.matmul.evaluate(defined, [a, b], {});
    ops.matmul.evaluate(terms, [a.abs(), b.abs()], {});
    expect(y.data.length).toBe(rows * 90);
    const bound = 4 * Math.sqrt(96) * 2 ** -24;
    const wrong = y.data.findIndex((value, i) => !(Math.abs(value - defined.data[i]) <= bound * terms.data[i]));
    expect(wrong, `${rows} rows`).toBe(-1);
  }
});

it("matrices whose rows vary share programs, with at most a quarter more work", () => {
  let made = 0;
  const product = oneOpPrograms({
    ...wasm,
    prepare: (...given) => {
      made++;
      return wasm.prepare(...given);
    },
  });
  const b = randn([64, 64]);
  for (let rows = 32; rows <= 256; rows++) {
    const a = randn([rows, 64]);
    const storage = product({ name: "matmul", inputs: [a, b], attributes: {}, shape: [rows, 64], dtype: "float32" });
    expect(storage?.data.length).toBe(rows * 64);
    expect(programRows(rows)).toBeLessThanOrEqual(1.25 * rows);
  }
  expect(made).toBeLessThanOrEqual(13);
});
