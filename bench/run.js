// `npm run bench`: runs every benchmark; each checks results before it times anything. First come the parts, from small to large, then
// decoding (pictures.md), training steps beside the peers (results.md), memory (memory.md), the first step of a fresh process (startup.md),
// compiling (compile.md), larger nets (nets.md), and how time grows with the net (scaling.md, scaling.json, docs/scaling.svg).
//
//   npm run bench [-- rounds] [-- --only W1,W2 --threads 1 --no-peers --eager]      each option goes to the benches that have it
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const options = {
  only: { type: "string" },
  threads: { type: "string" },
  "no-peers": { type: "boolean" },
  eager: { type: "boolean" },
};
/** The options of each benchmark, besides the number of rounds. */
const benchmarks = {
  scalar: [],
  math: [],
  nests: [],
  matmul: [],
  convolution: [],
  steps: ["only", "threads", "no-peers", "eager"],
  memory: ["only", "threads", "no-peers"],
  startup: ["only", "threads"],
  compile: [],
  eager: ["only", "no-peers"],
  pictures: ["no-peers"],
  nets: ["threads"],
  scaling: ["threads"],
  backbone: ["threads", "no-peers"],
};
/** Benches whose samples are fresh processes; the number of rounds is not passed to them. */
const inProcesses = new Set(["memory", "startup", "compile", "nets"]);

const { values, positionals } = parseArgs({ allowPositionals: true, options });
for (const [name, names] of Object.entries(benchmarks)) {
  console.log(`── bench/${name}.js`);
  const words = names.flatMap((option) => {
    if (values[option] === undefined) return [];
    return values[option] === true ? [`--${option}`] : [`--${option}`, values[option]];
  });
  const rounds = inProcesses.has(name) ? [] : positionals;
  const { status } = spawnSync(process.execPath, [`bench/${name}.js`, ...rounds, ...words], { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
