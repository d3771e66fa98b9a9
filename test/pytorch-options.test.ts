// What calls take beside their tensors, against PyTorch's recorded results: reductions and weights of losses, windows of pooling, bounds that
// are tensors; and what they do at the edges: 0-d tensors, NaN, infinities. Each case runs at once and as one compiled program: those in
// float32 for wasm, the others for wasm and for the reference backend in turn.
import { describe, expect, it } from "vitest";
import { type Case, load } from "./fixtures/load.ts";
import { type Run, runLayer, runMany, runNormaliser, runOptimiser, title } from "./fixtures/networks.ts";
import { runBackward, runCase } from "./fixtures/run.ts";
import { ways } from "./fixtures/ways.ts";

const families = ["loss_options", "corners", "pooling", "arguments", "attention"] as const;

function differences(c: Case, place: number): string[] {
  const isFloat32 = c.inputs.some(({ dtype }) => dtype === "float32");
  const wrap = isFloat32 || place % 2 === 0 ? ways.wasm : ways.reference;
  return [...runCase(c), ...(c.grads && !isFloat32 ? runBackward(c) : []), ...runCase(c, { wrap })];
}

describe.each(families)("as in PyTorch, %s", (family) => {
  const all = load(family).cases;
  for (const call of new Set(all.map((c) => c.call))) {
    const cases = all.filter((c) => c.call === call);
    it(`${call}, in ${cases.length} cases`, () => {
      // Cases in float64 and in float32 take turns, so that every second pair is one of float64 for the reference backend.
      expect(cases.flatMap((c, i) => differences(c, Math.floor(i / 2))).join("\n")).toBe("");
    });
  }
});

// Each at once and compiled for wasm, and those in float64 for the reference backend too.
const { layers, normalisers, optimisers } = load("layer_options");

function inAllWays<C>(one: C, isFloat64: boolean, judge: (one: C, run: Run) => string[]): void {
  const runs = [ways.eager, ways.wasm, ...(isFloat64 ? [ways.reference] : [])];
  expect(runs.flatMap((run) => judge(one, run)).join("\n")).toBe("");
}

describe("layers and optimisers with further options, as in PyTorch", () => {
  it.each(layers.map((c) => [title(c.spec), c.input.dtype, c] as const))("%s in %s", (_, dtype, c) =>
    inAllWays(c, dtype === "float64", runLayer),
  );
  it.each(normalisers.map((c) => [title(c.spec), c.steps[0].input.dtype, c] as const))(
    "%s in training, %s",
    (_, dtype, c) => inAllWays(c, dtype === "float64", runNormaliser),
  );
  it.each(
    optimisers.map(
      (c) => [c.name, JSON.stringify(c.options), c.rates ? "a tensor as lr, " : "", c.parameters[0].dtype, c] as const,
    ),
  )("%s %s, %s%s", (_, __, ___, dtype, c) => inAllWays(c, dtype === "float64", runOptimiser));
  it.each(load("attention").layers.map((c) => [c.name, c] as const))("%s", (_, c) =>
    inAllWays(c, c.output.dtype === "float64", runMany),
  );
});
