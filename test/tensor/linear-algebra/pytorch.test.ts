// Linear algebra against PyTorch's recorded results: values, gradients and their gradients, at once; and of each call one case in float32 compiled
// for wasm, and one in float64 for the reference backend.
import { describe, expect, it } from "vitest";
import { type Case, load } from "../../fixtures/load.ts";
import { runBackward, runCase } from "../../fixtures/run.ts";
import { ways } from "../../fixtures/ways.ts";

const all = load("linear_algebra").cases;

/** The case whose tensors are largest. */
function largest(cases: readonly Case[]): Case {
  const size = ({ inputs }: Case) => inputs.reduce((sum, { data }) => sum + data.length, 0);
  return cases.reduce((best, c) => (size(c) > size(best) ? c : best));
}

describe.each([...new Set(all.map((c) => c.call))])("as in PyTorch, %s", (call) => {
  const cases = all.filter((c) => c.call === call);
  const [float32, float64] = ["float32", "float64"].map((dtype) => cases.filter((c) => c.inputs[0].dtype === dtype));

  it(`at once, in ${cases.length} cases`, () => {
    expect(cases.flatMap((c) => runCase(c)).join("\n")).toBe("");
    expect(runBackward(largest(float64.filter((c) => c.grads))).join("\n")).toBe("");
  });

  it("compiled", () => {
    expect(runCase(largest(float32), { wrap: ways.wasm }).join("\n")).toBe("");
    expect(runCase(largest(float64), { wrap: ways.reference }).join("\n")).toBe("");
  });
});
