// What calls take beside their tensors, against PyTorch's recorded results: reductions and weights of losses; and what they
// do at the edges: 0-d tensors, NaN, infinities. Each case at once, through
// backward(), and compiled for wasm; those in float64 also for the reference backend, whose loops are the same for both dtypes.
import { describe, expect, it } from "vitest";
import { type Case, load } from "./fixtures/load.ts";
import { runBackward, runCase } from "./fixtures/run.ts";
import { ways } from "./fixtures/ways.ts";

const families = ["loss_options", "corners"] as const;

const isFloat32 = ({ inputs }: Case): boolean => inputs.some(({ dtype }) => dtype === "float32");

describe.each(families)("as in PyTorch, %s", (family) => {
  const all = load(family).cases;
  for (const call of new Set(all.map((c) => c.call))) {
    const cases = all.filter((c) => c.call === call);
    it(`${call}, in ${cases.length} cases`, () => {
      const differences = cases.flatMap((c) => [
        ...runCase(c),
        ...(c.grads ? runBackward(c) : []),
        ...runCase(c, { wrap: ways.wasm }),
        ...(isFloat32(c) ? [] : runCase(c, { wrap: ways.reference })),
      ]);
      expect(differences.join("\n")).toBe("");
    });
  }
});
