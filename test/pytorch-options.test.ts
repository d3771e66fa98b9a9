// What calls take beside their tensors, against PyTorch's recorded results: reductions and weights of losses, windows of pooling, bounds that
// are tensors; and what they do at the edges: 0-d tensors, NaN, infinities. Each case runs at once and as one compiled program: those in
// float32 for wasm, the others for wasm and for the reference backend in turn.
import { describe, expect, it } from "vitest";
import { type Case, load } from "./fixtures/load.ts";
import { runBackward, runCase } from "./fixtures/run.ts";
import { ways } from "./fixtures/ways.ts";

const families = ["loss_options", "corners", "pooling", "arguments"] as const;

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
