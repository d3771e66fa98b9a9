// `npm run bench`: every benchmark in turn, each checked for correctness before it is timed: first the parts, smallest first, then
// training steps beside the peers (results.md), then what a user meets before and around them: memory (memory.md), the first step
// (startup.md), and how time grows with the net (scaling.md, scaling.json, docs/scaling.svg).
//
//   npm run bench [-- rounds] [-- --only W1,W2 --threads 1 --no-peers --eager]      to those that know them
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const options = {
  only: { type: "string" },
  threads: { type: "string" },
  "no-peers": { type: "boolean" },
  eager: { type: "boolean" },
};
/** What each can be told besides the rounds. */
const benchmarks = {
  ...{ scalar: [], math: [], nests: [], matmul: [], convolution: [] },
  steps: ["only", "threads", "no-peers", "eager"],
  memory: ["only", "threads", "no-peers"],
  startup: ["only", "threads"],
  scaling: ["threads"],
};
/** A fresh process is a sample there, for which a number of rounds is no measure. */
const inProcesses = new Set(["memory", "startup"]);

const { values, positionals } = parseArgs({ allowPositionals: true, options });
for (const [name, known] of Object.entries(benchmarks)) {
  console.log(`── bench/${name}.js`);
  const told = known.flatMap((option) => {
    if (values[option] === undefined) return [];
    return values[option] === true ? [`--${option}`] : [`--${option}`, values[option]];
  });
  const rounds = inProcesses.has(name) ? [] : positionals;
  const { status } = spawnSync(process.execPath, [`bench/${name}.js`, ...rounds, ...told], { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
