// Loop nests and scans in WebAssembly give the results of the interpreter's plain loops. CHAINRULE_COUNT=<nests> tests more of them.
import { describe, it } from "vitest";
import { firstSeed } from "../../tensor/draw.ts";
import { expectSame } from "./one-nest.ts";
import { Random, randomLoops, randomScan, randomScatter } from "./random-nests.ts";

const count = Number(process.env.CHAINRULE_COUNT ?? 100);

describe.each([
  ["loops", randomLoops],
  ["scans", randomScan],
  ["gathers and scatters", randomScatter],
] as const)("random %s", (_, make) => {
  it.each([
    ["without float64", false],
    ["with float64", true],
  ])("%s", (_, double) => {
    for (let seed = firstSeed; seed < firstSeed + count; seed++) {
      try {
        const { kernel, buffers } = make(new Random(seed), double);
        expectSame(kernel, buffers, "", 4);
      } catch (error) {
        throw new Error(`seed ${seed}: ${error}`, { cause: error });
      }
    }
  });
});
