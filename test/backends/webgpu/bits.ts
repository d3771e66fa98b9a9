// Trains in fresh processes, and compares their bits. Sums have one order, so a GPU gives the same bits each time:
//
//   npx tsx test/backends/webgpu/bits.ts [RUNS]       ten runs in Node, and ten in Chromium, each in a process or browser of its own
//   --cut NAME                                        kernels are cut as for a GPU (gpu), in small tiles and parts (parts), or in software
import { parseArgs } from "node:util";
import { cutNames } from "../../compiler/gpu-cuts.ts";
import { runsInChromium, runsInNode } from "./bits/runs.ts";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { cut: { type: "string" } } });
const count = Number(positionals[0] ?? 10);
const cut = cutNames.find((name) => name === values.cut) ?? null;
if (values.cut !== undefined && cut === null) throw new Error(`--cut ${values.cut}: there are ${cutNames.join(", ")}`);

for (const [place, runs] of [
  ["Node", runsInNode],
  ["Chromium", runsInChromium],
] as const) {
  const hashes = await runs(count, cut);
  const distinct = new Set(hashes);
  console.log(`${place}: ${count} runs, ${distinct.size === 1 ? "one set of bits" : `${distinct.size} sets of bits`}`);
  for (const hash of distinct) console.log(`  ${hash}`);
  if (distinct.size !== 1) process.exitCode = 1;
}
process.exit();
