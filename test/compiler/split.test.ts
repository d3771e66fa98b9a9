// Which sums are split, as text; and that a split changes results by float32 rounding alone.
import { expect, it } from "vitest";
import { evaluate } from "../../src/compiler/evaluate.ts";
import { verify } from "../../src/compiler/graph-rules.ts";
import { parse, print } from "../../src/compiler/graph-text.ts";
import { type SplitLimits, split } from "../../src/compiler/split.ts";
import { splitLimits } from "../../src/schedule/limits.ts";
import { Draw, firstSeed } from "../tensor/draw.ts";
import { disagreements } from "./agree.ts";
import { asWasm } from "./as-wasm.ts";
import { bound } from "./bounds.ts";
import { randomGraph } from "./random-graph.ts";

const options = "stride: [1, 1], padding: [[2, 2], [2, 2]], inputDilation: [1, 1], kernelDilation: [1, 1]";

it("the gradient of a kernel is summed over parts of the images", () => {
  const graph = parse(`graph
  %0 = argument 0 : float32[1,64,28,28]
  %1 = argument 1 : float32[8,64,28,28]
  %2 = conv %0, %1 {${options}, groups: 1} : float32[1,8,5,5]
  return %2`);
  const after = split(graph, splitLimits);
  verify(after);
  expect(print(after)).toBe(`graph
  %0 = argument 0 : float32[1,64,28,28]
  %1 = argument 1 : float32[8,64,28,28]
  %2 = reshape %1 {shape: [1, 8, 8, 8, 28, 28]} : float32[1,8,8,8,28,28]
  %3 = permute %2 {dims: [0, 2, 1, 3, 4, 5]} : float32[1,8,8,8,28,28]
  %4 = reshape %3 {shape: [64, 8, 28, 28]} : float32[64,8,28,28]
  %5 = conv %0, %4 {${options}, groups: 8} : float32[1,64,5,5]
  %6 = reshape %5 {shape: [1, 1, 8, 8, 5, 5]} : float32[1,1,8,8,5,5]
  %7 = sum %6 {dims: [2]} : float32[1,1,1,8,5,5]
  %8 = reshape %7 {shape: [1, 8, 5, 5]} : float32[1,8,5,5]
  return %8`);
});

it("a small matrix with a long sum is a batch of products, and their sum", () => {
  const graph = parse(`graph
  %0 = argument 0 : float32[32,4096]
  %1 = argument 1 : float32[4096,16]
  %2 = matmul %0, %1 : float32[32,16]
  return %2`);
  expect(print(split(graph, splitLimits))).toBe(`graph
  %0 = argument 0 : float32[32,4096]
  %1 = argument 1 : float32[4096,16]
  %2 = reshape %0 {shape: [32, 4, 1024]} : float32[32,4,1024]
  %3 = permute %2 {dims: [1, 0, 2]} : float32[4,32,1024]
  %4 = reshape %1 {shape: [4, 1024, 16]} : float32[4,1024,16]
  %5 = matmul %3, %4 : float32[4,32,16]
  %6 = sum %5 {dims: [0]} : float32[1,32,16]
  %7 = reshape %6 {shape: [32, 16]} : float32[32,16]
  return %7`);
});

for (const [what, text] of [
  [
    "many results are units enough",
    `graph
  %0 = argument 0 : float32[512,4096]
  %1 = argument 1 : float32[4096,512]
  %2 = matmul %0, %1 : float32[512,512]
  return %2`,
  ],
  [
    "a short sum stays whole",
    `graph
  %0 = argument 0 : float32[64,128]
  %1 = argument 1 : float32[128,10]
  %2 = matmul %0, %1 : float32[64,10]
  return %2`,
  ],
  [
    "float64 sums stay whole",
    `graph
  %0 = argument 0 : float64[32,4096]
  %1 = argument 1 : float64[4096,16]
  %2 = matmul %0, %1 : float64[32,16]
  return %2`,
  ],
  [
    "an odd number of images has no equal parts",
    `graph
  %0 = argument 0 : float32[1,63,28,28]
  %1 = argument 1 : float32[8,63,28,28]
  %2 = conv %0, %1 {${options}, groups: 1} : float32[1,8,5,5]
  return %2`,
  ],
])
  it(what, () => {
    expect(print(split(parse(text), splitLimits))).toBe(text);
  });

/** Limits with which every sum that can be divided is split. */
const splitsEverything: SplitLimits = {
  maxParts: 8,
  maxResults: Infinity,
  minMultiplications: 0,
  minTerms: 1,
  minTiles: Infinity,
  tileRows: 1,
  tileColumns: 1,
};

it("random products have the same results when they are split, and in kernels made from the split graph", () => {
  let parted = 0;
  for (let seed = firstSeed; parted < 60; seed++) {
    const { graph, args, states } = randomGraph(new Draw(seed));
    const parts = split(graph, splitsEverything);
    if (parts.nodes.length === graph.nodes.length) continue;
    parted++;
    verify(parts);
    const bounded = bound(graph, args, states);
    expect(disagreements(bounded, evaluate(parts, args, states)), `split, seed ${seed}`).toBeNull();
    expect(disagreements(bounded, asWasm(parts, args, states)), `kernels, seed ${seed}`).toBeNull();
  }
});
