// The functions of tensors that are no methods, against PyTorch's recorded results, and what both refuse. Each case runs at once and as one
// compiled program: those in float32 for wasm, the others for the reference backend.
import { describe, expect, it } from "vitest";
import { type Case, type CaseOrRefusal, dependsOnContents, load } from "./fixtures/load.ts";
import { runBackward, runCase, runRefusal } from "./fixtures/run.ts";
import { ways } from "./fixtures/ways.ts";

const families = ["elementary", "contraction", "shaping", "selection", "ordering"] as const;

/** What differs from PyTorch in a program; where there can be none, how it is not refused. */
function compiled(c: Case): string[] {
  const isFloat32 = c.inputs.some(({ dtype }) => dtype === "float32");
  const found = runCase(c, { wrap: isFloat32 ? ways.wasm : ways.reference });
  if (!dependsOnContents(c)) return found;
  const isRefused = found.length === 1 && /size of the result; in a compiled function (keep|call)/.test(found[0]);
  return isRefused ? [] : [`${c.name}: ${found.length === 0 ? "compiles" : found[0]}`];
}

function differences(c: CaseOrRefusal): string[] {
  if (c.results === undefined) return runRefusal(c);
  return [...runCase(c), ...(c.grads ? runBackward(c) : []), ...compiled(c)];
}

describe.each(families)("as in PyTorch, %s", (family) => {
  const all: readonly CaseOrRefusal[] = load(family).cases;
  for (const call of new Set(all.map((c) => c.call))) {
    const cases = all.filter((c) => c.call === call);
    it(`${call}, in ${cases.length} cases`, () => {
      expect(cases.flatMap(differences).join("\n")).toBe("");
    });
  }
});
