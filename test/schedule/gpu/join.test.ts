// Kernels with more operands than an adapter binds: the smallest ones lie side by side.
import { expect, it } from "vitest";
import { fuse } from "../../../src/compiler/fuse.ts";
import { parse } from "../../../src/compiler/graph-text.ts";
import { simplify } from "../../../src/compiler/simplify.ts";
import { print } from "../../../src/loops/text.ts";
import { faultsOf } from "../../../src/loops/verify.ts";
import type { KernelCut } from "../../../src/schedule/gpu/cut.ts";
import { cutForGpu } from "../../../src/schedule/gpu/cut.ts";
import { leastLimits } from "../../../src/schedule/gpu/dispatch.ts";
import { joinOperands } from "../../../src/schedule/gpu/join.ts";
import { inFloat32 } from "../../backends/webgpu/trials.ts";
import { asGpu } from "../../compiler/as-gpu.ts";
import { complaintAbout } from "../../compiler/fuzz.ts";
import { randomGraph } from "../../compiler/random-graph.ts";
import { Draw } from "../../tensor/draw.ts";

/** A momentum and a weight are updated; rate and decay are scalars. */
const [update] = fuse(
  parse(`graph
  %0 = argument 0 : float32[6]
  %1 = argument 1 : float32[]
  %2 = argument 2 : float32[]
  %3 = state 0 : float32[6]
  %4 = state 1 : float32[6]
  %5 = expand %1 {shape: [6]} : float32[6]
  %6 = expand %2 {shape: [6]} : float32[6]
  %7 = mul %4, %6 : float32[6]
  %8 = add %7, %0 : float32[6]
  %9 = mul %8, %5 : float32[6]
  %10 = sub %3, %9 : float32[6]
  state 0 <- %10
  state 1 <- %8
  return`),
).kernels;

it("operands of one access and one element are joined, the smallest first, and loads follow them", () => {
  const cut = cutForGpu(update, leastLimits, () => 0);
  const bound = (storageBuffers: number) => {
    const [{ operands, routine }] = joinOperands(cut, { ...leastLimits, storageBuffers }).dispatches;
    expect(faultsOf(routine)).toEqual([]);
    const sources = operands.map(({ source, access }) => {
      const parts = source.kind === "joint" ? source.parts.map((part) => part.source) : [source];
      const names = parts.map((part) => (part.kind === "buffer" ? part.buffer.name : part.kind));
      return `${names.join(" ")}${access === "read" ? "" : " written"}`;
    });
    return { sources: sources.sort(), text: print(routine) };
  };
  expect(joinOperands(cut, leastLimits)).toBe(cut);
  expect(bound(4).sources).toEqual(["a0", "a2 a1", "s0 written", "s1 written"]);
  expect(bound(2).sources).toEqual(["a2 a1 a0", "s1 s0 written"]);
  expect(bound(2).text).toContain("joint0[");
});

it("random graphs compute the same with four operands at most", () => {
  const cut: KernelCut = (kernel, limits, site) =>
    joinOperands(cutForGpu(kernel, limits, site), { ...limits, storageBuffers: 4 });
  for (let seed = 1; seed <= 40; seed++) {
    const trial = inFloat32(randomGraph(new Draw(seed)));
    const run = (graph: typeof trial.graph, args: typeof trial.args, states: typeof trial.states) =>
      asGpu(simplify(graph), args, states, cut);
    expect(complaintAbout(run, trial), `seed ${seed}`).toBeNull();
  }
});
