// `npm run bench`: every benchmark in turn, each checked for correctness before it is timed.
//
//   npm run bench [-- rounds] [-- --no-peers]      what begins with a dash is for bench/steps.js
import { spawnSync } from "node:child_process";

const words = process.argv.slice(2);
const rounds = words.filter((word) => /^\d+$/.test(word));
const benchmarks = { scalar: rounds, math: rounds, matmul: rounds, convolution: rounds, steps: words };
for (const [name, args] of Object.entries(benchmarks)) {
  console.log(`── bench/${name}.js`);
  const { status } = spawnSync(process.execPath, [`bench/${name}.js`, ...args], { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
