// The functions of tensors that are no methods, against PyTorch's recorded results, and what both refuse. Each case runs at once and as one
// compiled program: those in float32 for wasm, the others for wasm and for the reference backend in turn.
import { describe, expect, it } from "vitest";
import { type CaseOrRefusal, load } from "./fixtures/load.ts";
import { runBackward, runCase, runRefusal } from "./fixtures/run.ts";
import { ways } from "./fixtures/ways.ts";

const families = ["elementary", "contraction", "shaping"] as const;

function differences(c: CaseOrRefusal, place: number): string[] {
  if (c.results === undefined) return runRefusal(c);
  const isFloat32 = c.inputs.some(({ dtype }) => dtype === "float32");
  const wrap = isFloat32 || place % 2 === 0 ? ways.wasm : ways.reference;
  return [...runCase(c), ...(c.grads && !isFloat32 ? runBackward(c) : []), ...runCase(c, { wrap })];
}

describe.each(families)("as in PyTorch, %s", (family) => {
  const all: readonly CaseOrRefusal[] = load(family).cases;
  for (const call of new Set(all.map((c) => c.call))) {
    const cases = all.filter((c) => c.call === call);
    it(`${call}, in ${cases.length} cases`, () => {
      // Cases in float64 and in float32 take turns, so that every second pair is one of float64 for the reference backend.
      expect(cases.flatMap((c, i) => differences(c, Math.floor(i / 2))).join("\n")).toBe("");
    });
  }
});
