// Large reductions over pieces against the loops that define them: any dims, sizes on both sides of a piece, and numbers of every kind.
import { tensor } from "chainrule";
import { expect, it } from "vitest";
import { reduceLarge } from "../../src/backends/reductions.ts";
import { allocate, type NDArray } from "../../src/tensor/dtype.ts";
import { type Attributes, opOf } from "../../src/tensor/ops.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";

type Name = "sum" | "max" | "argmax";
const special = [Number.NaN, Infinity, -Infinity, -0, 0, 1e-42, 2 ** 30, -(2 ** 30)];

/** A small generator (Park and Miller 1988). */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => (state = (state * 48271) % 2147483647) % below;
}

/** Shapes of at least 4096 elements: lines and rows longer and shorter than a piece, dims of size 1, and reduced dims apart. */
const shapes: readonly (readonly number[])[] = [
  [4096],
  [8192 * 2 + 5],
  [5, 1000],
  [1000, 5],
  [2, 9001],
  [9001, 2],
  [3, 8193, 2],
  [2, 3, 8195],
  [300, 17, 1],
  [1, 70, 70],
  [700, 3, 2],
  [6, 5, 4, 5, 9],
  [40, 3, 61],
  [4, 130, 33],
];

function run(name: Name, x: Tensor, attributes: Attributes<Name>): { fast: NDArray; slow: NDArray } | null {
  const type = opOf(name).type([x], attributes);
  const storage = reduceLarge({ name, inputs: [x], attributes, ...type });
  if (storage === null) return null;
  const slow = { ...type, data: allocate(type.dtype, sizeOf(type.shape)) };
  const inputs = [{ shape: x.shape, dtype: x.dtype, data: x.data }];
  opOf(name).evaluate(slow, inputs, attributes);
  return { fast: { ...type, data: storage.data }, slow };
}

/** Any combination of dims. */
function everyDims(ndim: number): number[][] {
  return Array.from({ length: 2 ** ndim - 1 }, (_, bits) =>
    Array.from({ length: ndim }, (_, dim) => dim).filter((dim) => (((bits + 1) >> dim) & 1) === 1),
  );
}

const kinds = {
  "plain numbers": (random: (below: number) => number) => random(2000) / 1000 - 1,
  "few different numbers": (random: (below: number) => number) => [-0, 0, -1, 1][random(4)],
  "zeros of both signs and what is smaller": (random: (below: number) => number) => [-0, 0, -1][random(3)],
  "nothing but -Infinity": () => -Infinity,
  "NaN and infinite numbers": (random: (below: number) => number) =>
    random(500) === 0 ? special[random(special.length)] : random(100) - 50,
};

it.each(Object.entries(kinds))(
  "sums, largest elements and their places are those of the loops, of %s",
  (kind, value) => {
    const random = generator(11);
    let count = 0;
    for (const shape of shapes) {
      const x = tensor(
        Float32Array.from({ length: sizeOf(shape) }, () => value(random)),
        { shape },
      );
      for (const dims of everyDims(shape.length)) {
        for (const name of ["sum", "max", "argmax"] as const) {
          if (name === "argmax" && dims.length !== 1) continue;
          const results = run(name, x, name === "argmax" ? { dim: dims[0] } : { dims });
          if (results === null) continue;
          count++;
          const { fast, slow } = results;
          // Sums in another order differ by the spacing of float64, and so at most by the last bit of float32.
          const bound = name === "sum" ? 2 ** -23 : 0;
          const at = slow.data.findIndex(
            (y, i) =>
              !Object.is(y, fast.data[i]) && !(Math.abs(y - fast.data[i]) <= bound * Math.abs(y) + bound * 1e-6),
          );
          const found = at < 0 ? "" : `${fast.data[at]}, not ${slow.data[at]}, at ${at}`;
          expect(found, `${kind}: ${name} of [${shape}] over ${dims}`).toBe("");
        }
      }
    }
    expect(count).toBeGreaterThan(120);
  },
);

it("sums over rows add in the order of the loops, and have their bits", () => {
  const random = generator(5);
  const x = tensor(
    Float32Array.from({ length: 300 * 77 }, () => random(2000) / 1000 - 1),
    { shape: [300, 77] },
  );
  const results = run("sum", x, { dims: [0] });
  expect(results?.fast).toEqual(results?.slow);
});

it("every NaN has the same bits", () => {
  const data = new Float32Array(new Uint32Array(2 * 4096).fill(0xffffffff).buffer);
  const x = tensor(data, { shape: [2, 4096] });
  for (const dims of [[0], [1], [0, 1]]) {
    const { buffer } = run("max", x, { dims })?.fast.data ?? new Float32Array([0]);
    expect([...new Set(new Uint32Array(buffer))]).toEqual([0x7fc00000]);
  }
});

it("small reductions, and those of other dtypes, are left to the loops", () => {
  const type = { shape: [1], dtype: "float32" as const };
  expect(reduceLarge({ name: "sum", inputs: [tensor([1, 2])], attributes: { dims: [0] }, ...type })).toBeNull();
  const integers = tensor(new Int32Array(5000));
  expect(reduceLarge({ name: "max", inputs: [integers], attributes: { dims: [0] }, ...type })).toBeNull();
});
