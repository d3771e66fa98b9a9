// Matrix products as text: the loops read as the formula, and each pass changes what its name says.
import { expect, it } from "vitest";
import { againstSpilling } from "../../../src/backends/wasm/loops/spilling.ts";
import { Block } from "../../../src/loops/block.ts";
import { add, constant, mul, sqrt, storeLanes, variable } from "../../../src/loops/build.ts";
import { withFunctions } from "../../../src/loops/functions.ts";
import { withPointers } from "../../../src/loops/pointers.ts";
import type { Memory, Routine } from "../../../src/loops/program.ts";
import { splitLoops } from "../../../src/loops/split.ts";
import { print } from "../../../src/loops/text.ts";
import { addMatmul } from "../../../src/schedule/products/matmul/build.ts";
import { planMatmul } from "../../../src/schedule/products/matmul/plan.ts";
import type { RowPlace } from "../../../src/schedule/products/matmul/rows.ts";

/** C = A·B with 4 rows, 8 columns, and sums of 50 terms; rows of A and B follow one another. */
function product(): Routine {
  const [a, b, c, scratch] = ["a", "b", "c", "scratch"].map((name): Memory => ({ name, element: "f32" }));
  const at = (memory: Memory) => ({ memory, first: constant("i32", 0) });
  const spec = {
    m: 4,
    n: 8,
    k: 50,
    a: { row: 50, inner: 1 },
    b: { inner: 8, column: 1 },
    c: { row: 8 },
    relaxed: false,
  };
  const [from, to] = [variable("from"), variable("to")];
  const block = new Block();
  addMatmul(block, { spec, plan: planMatmul(spec), a: at(a), b: at(b), c: at(c), scratch, finish: null }, from, to);
  return { name: "matmul", memories: [a, b, c, scratch], parameters: [from, to], body: block.statements };
}

it("the loops of a product", () => {
  expect(print(product())).toMatchInlineSnapshot(`
    "matmul(a: f32[], b: f32[], c: f32[], scratch: f32[], from: i32, to: i32)
      if from < to
        panel4x8:
          let acc: f32x4[4][2] = 0
          for k in 0 .. 50 unrolled by 4
            let w: f32x4[2]
            for v in 0 .. 2 unrolled
              w[v] = b[k * 8 + v * 4 .. +4]
            for r in 0 .. 4 unrolled
              let x = splat(a[k + r * 50])
              for v.2 in 0 .. 2 unrolled
                acc[r][v.2] += x * w[v.2]
          for r.2 in 0 .. 4 unrolled
            for v.3 in 0 .. 2 unrolled
              c[r.2 * 8 + v.3 * 4 .. +4] = acc[r.2][v.3]"
  `);
});

it("a long epilogue has loops of its own over the rows of the complete sums", () => {
  const [a, b, y, scratch] = ["a", "b", "y", "scratch"].map((name): Memory => ({ name, element: "f32" }));
  const at = (memory: Memory) => ({ memory, first: constant("i32", 0) });
  const spec = {
    ...{ m: 4, n: 20, k: 50, relaxed: false, c: null, sums: "rows" as const },
    ...{ a: { row: 50, inner: 1 }, b: { inner: 20, column: 1 } },
  };
  const add8 = (block: Block, { values, row, column, lanes }: RowPlace) => {
    for (const [v, value] of values.entries())
      block.add(storeLanes(y, add(add(mul(row, 20), column), 4 * v), sqrt(value), lanes));
  };
  const [from, to] = [variable("from"), variable("to")];
  const block = new Block();
  const problem = { spec, plan: planMatmul(spec), a: at(a), b: at(b), c: null, scratch, finish: null };
  addMatmul(block, { ...problem, finishRow: { vectors: 2, add: add8 } }, from, to);
  const routine = { name: "matmul", memories: [a, b, y, scratch], parameters: [from, to], body: block.statements };
  const text = print(routine);
  expect(text.slice(text.indexOf("    finishRows:"))).toMatchInlineSnapshot(`
    "    finishRows:
          for i in 0 .. 4
            for j.2 in 0 .. 16 step 8
              y[i * 20 + j.2 .. +4] = sqrt(scratch[i * 20 + j.2 .. +4])
              y[i * 20 + j.2 + 4 .. +4] = sqrt(scratch[i * 20 + j.2 + 4 .. +4])
            for j.3 in 16 .. 20 step 4
              y[i * 20 + j.3 .. +4] = sqrt(scratch[i * 20 + j.3 .. +4])"
  `);
});

it("a loop that is unrolled by four becomes rounds and the rest", () => {
  expect(print(splitLoops(product()))).toMatchInlineSnapshot(`
    "matmul(a: f32[], b: f32[], c: f32[], scratch: f32[], from: i32, to: i32)
      if from < to
        panel4x8:
          let acc: f32x4[4][2] = 0
          for round in 0 .. 12
            for u in 0 .. 4 unrolled
              let w: f32x4[2]
              for v in 0 .. 2 unrolled
                w[v] = b[(round * 4 + u) * 8 + v * 4 .. +4]
              for r in 0 .. 4 unrolled
                let x = splat(a[round * 4 + u + r * 50])
                for v.2 in 0 .. 2 unrolled
                  acc[r][v.2] += x * w[v.2]
          for u.2 in 0 .. 2 unrolled
            let w: f32x4[2]
            for v.3 in 0 .. 2 unrolled
              w[v.3] = b[(48 + u.2) * 8 + v.3 * 4 .. +4]
            for r.2 in 0 .. 4 unrolled
              let x.2 = splat(a[48 + u.2 + r.2 * 50])
              for v.4 in 0 .. 2 unrolled
                acc[r.2][v.4] += x.2 * w[v.4]
          for r.3 in 0 .. 4 unrolled
            for v.5 in 0 .. 2 unrolled
              c[r.3 * 8 + v.5 * 4 .. +4] = acc[r.3][v.5]"
  `);
});

it("the panel becomes a function, with pointers and fences", () => {
  const { routine, functions } = withFunctions(againstSpilling(splitLoops(product())));
  expect([...functions, routine].map((one) => print(withPointers(one))).join("\n\n")).toMatchInlineSnapshot(`
    "matmul.panel4x80(b: f32[], a: f32[], c: f32[])
      let acc: f32x4[4][2] = 0
      let bAt = &b[0]
      let aAt = &a[0]
      for round in 0 .. 12
        for u in 0 .. 4 unrolled
          fence bAt[u * 8]
          let w: f32x4[2]
          for v in 0 .. 2 unrolled
            w[v] = bAt[u * 8 + v * 4 .. +4]
          for r in 0 .. 4 unrolled
            let x = splat(aAt[u + r * 50])
            for v.2 in 0 .. 2 unrolled
              acc[r][v.2] += x * w[v.2]
        bAt += 32
        aAt += 4
      for u.2 in 0 .. 2 unrolled
        fence b[(48 + u.2) * 8]
        let w: f32x4[2]
        for v.3 in 0 .. 2 unrolled
          w[v.3] = b[(48 + u.2) * 8 + v.3 * 4 .. +4]
        for r.2 in 0 .. 4 unrolled
          let x.2 = splat(a[48 + u.2 + r.2 * 50])
          for v.4 in 0 .. 2 unrolled
            acc[r.2][v.4] += x.2 * w[v.4]
      let cAt = &c[0]
      for r.3 in 0 .. 4 unrolled, pointers move
        for v.5 in 0 .. 2 unrolled
          cAt[v.5 * 4 .. +4] = acc[r.3][v.5]
        cAt += 8

    matmul(a: f32[], b: f32[], c: f32[], scratch: f32[], from: i32, to: i32)
      if from < to
        matmul.panel4x80(b, a, c)"
  `);
});
