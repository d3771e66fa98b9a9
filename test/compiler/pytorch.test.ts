// The recorded PyTorch cases, each as a compiled function: results, gradients and second derivatives in one program.
import { describe, expect, it } from "vitest";
import { type Case, load } from "../fixtures/load.ts";
import { runCase } from "../fixtures/run.ts";
import { compiledWays } from "../fixtures/ways.ts";

const families = ["elementwise", "reductions", "layout", "indexing", "products", "dtypes"] as const;

describe.each(compiledWays)("as in PyTorch, compiled for $name", ({ run }) => {
  for (const family of families) {
    const calls = new Map<string, Case[]>();
    for (const c of load(family).cases) calls.set(c.call, [...(calls.get(c.call) ?? []), c]);
    for (const [call, cases] of calls) {
      it(`${family}: ${call}, in ${cases.length} cases`, () => {
        expect(cases.flatMap((c) => runCase(c, { wrap: run })).join("\n")).toBe("");
      });
    }
  }
});
