// `npm run bench`: every benchmark in turn, each checked for correctness before it is timed.
//
//   npm run bench [-- rounds]
import { spawnSync } from "node:child_process";

const benchmarks = ["scalar", "math", "matmul", "convolution"].map((name) => `bench/${name}.js`);
for (const file of benchmarks) {
  console.log(`── ${file}`);
  const { status } = spawnSync(process.execPath, [file, ...process.argv.slice(2)], { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
