// Programs over pieces: their kernels and allocations keep the rules, and every piece has the results of the whole.
import { expect, it } from "vitest";
import { preparePieces } from "../../../src/backends/wasm/backend.ts";
import { type Graph, input, type Node, node } from "../../../src/compiler/graph.ts";
import { verifier } from "../../compiler/verifier.ts";

const piece = 256;
const numbers = { dtype: "float32", shape: [piece] } as const;

/** relu(a) + a·b and a < b, of pieces a and b. */
function graph(): Graph {
  const [a, b] = [input("argument", 0, numbers), input("argument", 1, numbers)];
  const zero = node("full", [], { value: 0, dtype: "float32", shape: [piece] });
  const relu = node("maximum", [a, zero], {});
  const product = node("mul", [a, b], {});
  const results: readonly Node[] = [node("add", [relu, product], {}), node("lt", [a, b], {})];
  return { nodes: [a, b, zero, relu, product, ...results], updates: [], results };
}

it("a program's kernels and its allocation are verified", () => {
  const seen: string[] = [];
  preparePieces(graph(), {
    kernels: (program) => {
      verifier.kernels(program);
      seen.push(`${program.kernels.length} kernels`);
    },
    allocation: (program, allocation) => {
      verifier.allocation(program, allocation);
      seen.push(`${allocation.offsets.size} offsets`);
    },
  });
  expect(seen).toEqual(["2 kernels", "4 offsets"]);
});

it.each([1, 255, 256, 257, 1000])("%i elements, in pieces of 256", (length) => {
  const a = Float32Array.from({ length }, (_, i) => ((i * 37) % 101) - 50);
  const b = Float32Array.from({ length }, (_, i) => ((i * 53) % 97) - 48);
  const [sums, less] = [new Float32Array(length), new Uint8Array(length)];
  preparePieces(graph(), verifier).stream([a, b], [sums, less], length, piece);
  expect(sums).toEqual(a.map((value, i) => Math.max(value, 0) + value * b[i]));
  expect(less).toEqual(Uint8Array.from(a, (value, i) => Number(value < b[i])));
});
