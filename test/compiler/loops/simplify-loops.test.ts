// What simplification does to loops, as text before and after.
import { describe, expect, it } from "vitest";
import { evaluate } from "../../../src/compiler/evaluate.ts";
import { argumentsOf } from "../../../src/compiler/graph.ts";
import { parse, print } from "../../../src/compiler/graph-text.ts";
import { sumAfterLoops } from "../../../src/compiler/loops/simplify-loops.ts";
import { unroll } from "../../../src/compiler/loops/unroll.ts";
import { simplify } from "../../../src/compiler/simplify.ts";
import { allocate } from "../../../src/tensor/dtype.ts";
import { sizeOf } from "../../../src/tensor/shape.ts";

const lines = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join("\n");

/** Checks the text of the simplified graph, and that it computes the same on some numbers, within rounding. */
function becomes(before: string, after: string, way = simplify): void {
  const graph = parse(before);
  const simple = way(graph);
  expect(lines(print(simple))).toBe(lines(after));
  const args = argumentsOf(graph).map(({ shape, dtype }, k) => {
    const data = allocate(dtype, sizeOf(shape));
    for (let i = 0; i < data.length; i++) data[i] = Math.sin(3 * i + k);
    return { shape, dtype, data };
  });
  const [one, other, third] = [graph, simple, unroll(graph)].map((g) => evaluate(g, args, []).results);
  for (const [i, { data }] of one.entries())
    for (const [at, x] of data.entries()) {
      expect(other[i].data[at]).toBeCloseTo(x, 5);
      expect(third[i].data[at]).toBe(x);
    }
}

describe("loops are simplified", () => {
  it("what nothing reads is removed: results, carries, inputs", () =>
    becomes(
      `graph
         body 1 {taken: 2, length: 3, reverse: false}
           %0 = argument 0 : float32[2]
           %1 = argument 1 : float32[2]
           %2 = argument 2 : float32[2]
           %3 = state 0 : float32[2]
           %4 = state 1 : float32[2]
           %5 = add %3, %0
           %6 = add %4, %1
           %7 = mul %6, %2
           state 0 <- %5
           state 1 <- %6
           return %7, %3
         end
         %0 = argument 0 : float32[2]
         %1 = argument 1 : float32[3,2]
         %2 = scan %0, %0, %1, %1, %0 {body: 1, output: 3}
         return %2`,
      `graph
         body 1 {taken: 1, length: 3, reverse: false}
           %0 = argument 0 : float32[2]
           %1 = state 0 : float32[2]
           %2 = add %1, %0 : float32[2]
           state 0 <- %2
           return %1
         end
         %0 = argument 0 : float32[2]
         %1 = argument 1 : float32[3,2]
         %2 = scan %0, %1 {body: 1, output: 1} : float32[3,2]
         return %2`,
    ));

  it("what is the same in each step is computed before the loop, and products of elements as one product", () =>
    becomes(
      `graph
         body 1 {taken: 1, length: 3, reverse: false}
           %0 = argument 0 : float32[2,4]
           %1 = argument 1 : float32[4,5]
           %2 = state 0 : float32[2,5]
           %3 = exp %1
           %4 = matmul %0, %3
           %5 = add %2, %4
           %6 = tanh %5
           state 0 <- %6
           return
         end
         %0 = argument 0 : float32[2,5]
         %1 = argument 1 : float32[3,2,4]
         %2 = argument 2 : float32[4,5]
         %3 = scan %0, %1, %2 {body: 1, output: 0}
         return %3`,
      `graph
         body 1 {taken: 1, length: 3, reverse: false}
           %0 = argument 0 : float32[2,5]
           %1 = state 0 : float32[2,5]
           %2 = add %1, %0 : float32[2,5]
           %3 = tanh %2 : float32[2,5]
           state 0 <- %3
           return
         end
         %0 = argument 0 : float32[2,5]
         %1 = argument 1 : float32[3,2,4]
         %2 = argument 2 : float32[4,5]
         %3 = reshape %1 {shape: [6, 4]} : float32[6,4]
         %4 = exp %2 : float32[4,5]
         %5 = matmul %3, %4 : float32[6,5]
         %6 = reshape %5 {shape: [3, 2, 5]} : float32[3,2,5]
         %7 = scan %0, %6 {body: 1, output: 0} : float32[2,5]
         return %7`,
    ));

  const backward = `graph
         body 1 {taken: 0, length: 3, reverse: false}
           %0 = state 0 : float32[2]
           %1 = neg %0
           %2 = tanh %1
           %3 = add %2, %2
           state 0 <- %3
           return %0
         end
         body 2 {taken: 1, length: 3, reverse: true}
           %0 = argument 0 : float32[2]
           %1 = state 0 : float32[2]
           %2 = neg %0
           %3 = tanh %2
           %4 = mul %3, %2
           %5 = mul %1, %4
           state 0 <- %5
           return
         end
         %0 = argument 0 : float32[2]
         %1 = scan %0 {body: 1, output: 1}
         %2 = scan %0, %1 {body: 2, output: 0}
         return %2`;

  it("a backward loop takes functions that the forward loop has computed, and computes cheap values again", () =>
    becomes(
      backward,
      `graph
         body 1 {taken: 0, length: 3, reverse: false}
           %0 = state 0 : float32[2]
           %1 = neg %0 : float32[2]
           %2 = tanh %1 : float32[2]
           %3 = add %2, %2 : float32[2]
           state 0 <- %3
           return %0, %2
         end
         body 2 {taken: 2, length: 3, reverse: true}
           %0 = argument 0 : float32[2]
           %1 = argument 1 : float32[2]
           %2 = state 0 : float32[2]
           %3 = neg %0 : float32[2]
           %4 = mul %1, %3 : float32[2]
           %5 = mul %2, %4 : float32[2]
           state 0 <- %5
           return
         end
         %0 = argument 0 : float32[2]
         %1 = scan %0 {body: 1, output: 1} : float32[3,2]
         %2 = scan %0 {body: 1, output: 2} : float32[3,2]
         %3 = scan %0, %1, %2 {body: 2, output: 0} : float32[2]
         return %3`,
    ));

  it("a counter's end is computed without its loop", () =>
    becomes(
      `graph
         body 1 {taken: 0, length: 1000, reverse: false}
           %0 = state 0 : int32[]
           %1 = full {shape: [], dtype: "int32", value: 3}
           %2 = add %0, %1
           state 0 <- %2
           return
         end
         %0 = argument 0 : int32[]
         %1 = scan %0 {body: 1, output: 0}
         return %1`,
      `graph
         %0 = argument 0 : int32[]
         %1 = full {shape: [], dtype: "int32", value: 3000} : int32[]
         %2 = add %0, %1 : int32[]
         return %2`,
    ));

  it("a loop without steps is what its results are then", () =>
    becomes(
      `graph
         body 1 {taken: 1, length: 0, reverse: false}
           %0 = argument 0 : float32[2]
           %1 = state 0 : float32[2]
           %2 = add %1, %0
           state 0 <- %2
           return %2
         end
         %0 = argument 0 : float32[2]
         %1 = argument 1 : float32[0,2]
         %2 = scan %0, %1 {body: 1, output: 0}
         %3 = scan %0, %1 {body: 1, output: 1}
         return %2, %3`,
      `graph
         %0 = argument 0 : float32[2]
         %1 = argument 1 : float32[0,2]
         %2 = full {shape: [0, 2], dtype: "float32", value: 0} : float32[0,2]
         return %0, %2`,
    ));
});

it("a sum over the steps of products is one product after the loop, and so is a sum of what is stacked", () =>
  becomes(
    `graph
       body 1 {taken: 1, length: 3, reverse: true}
         %0 = argument 0 : float32[2,4]
         %1 = state 0 : float32[2,5]
         %2 = state 1 : float32[4,5]
         %3 = state 2 : float32[5]
         %4 = tanh %1
         %5 = permute %0 {dims: [1, 0]}
         %6 = matmul %5, %4
         %7 = add %2, %6
         %8 = sum %4 {dims: [0]}
         %9 = reshape %8 {shape: [5]}
         %10 = add %3, %9
         state 0 <- %4
         state 1 <- %7
         state 2 <- %10
         return
       end
       %0 = argument 0 : float32[2,5]
       %1 = argument 1 : float32[4,5]
       %2 = argument 2 : float32[5]
       %3 = argument 3 : float32[3,2,4]
       %4 = scan %0, %1, %2, %3 {body: 1, output: 1}
       %5 = scan %0, %1, %2, %3 {body: 1, output: 2}
       return %4, %5`,
    `graph
       body 1 {taken: 0, length: 3, reverse: true}
         %0 = state 0 : float32[2,5]
         %1 = tanh %0 : float32[2,5]
         state 0 <- %1
         return %1
       end
       %0 = argument 0 : float32[2,5]
       %1 = argument 1 : float32[4,5]
       %2 = argument 2 : float32[5]
       %3 = argument 3 : float32[3,2,4]
       %4 = permute %3 {dims: [2, 0, 1]} : float32[4,3,2]
       %5 = reshape %4 {shape: [4, 6]} : float32[4,6]
       %6 = scan %0 {body: 1, output: 1} : float32[3,2,5]
       %7 = reshape %6 {shape: [6, 5]} : float32[6,5]
       %8 = matmul %5, %7 : float32[4,5]
       %9 = add %1, %8 : float32[4,5]
       %10 = sum %6 {dims: [0, 1]} : float32[1,1,5]
       %11 = reshape %10 {shape: [5]} : float32[5]
       %12 = add %2, %11 : float32[5]
       return %9, %12`,
    (graph) => sumAfterLoops(simplify(graph), simplify),
  ));
