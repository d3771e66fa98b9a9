// Proves the table of ops on the GPU. It takes minutes, and needs the package webgpu (node scripts/webgpu.js):
//
//   npx tsx test/backends/webgpu/prove.ts fuzz [SEED] [COUNT]     random graphs against the reference, within the bounds of rounding errors
//   npx tsx test/backends/webgpu/prove.ts fixtures [KIND ...]     PyTorch's recorded results in float32, with the tolerances of test/fixtures
import { spawnSync } from "node:child_process";
import { softwareVulkan } from "../../../scripts/webgpu.js";
import { type Failure, fuzz, tell } from "../../compiler/fuzz.ts";
import { runFixtures } from "../../fixtures/on-backend.ts";
import { backend, executor, Oracle } from "./oracle.ts";
import { flushed, inFloat32 } from "./trials.ts";

const vulkan = softwareVulkan();
// The loader of libraries reads its path when a process starts.
if (vulkan !== null && Object.keys(vulkan).length > 0) {
  const { status } = spawnSync(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: "inherit",
    env: { ...process.env, ...vulkan },
  });
  process.exit(status ?? 1);
}

const oracle = new Oracle();
const start = performance.now();
const seconds = () => `${((performance.now() - start) / 1000).toFixed(0)} s`;
let failures = 0;
const fail = (text: string): void => {
  failures++;
  console.log(text);
};

const [mode, ...words] = process.argv.slice(2);
if (mode === "fuzz") {
  const [seed = Date.now() % 1_000_000_000, count = 2000] = words.map(Number);
  const run = executor(oracle);
  for (let done = 0; done < count && failures < 10; done += 50) {
    const part = Math.min(50, count - done);
    const onFailure = (failure: Failure) => fail(tell(failure));
    fuzz({ seed: seed + done, count: part, run, change: inFloat32, widening: flushed, onFailure });
    console.log(`${Math.min(done + 50, count)} graphs from seed ${seed} on, ${failures} differ, ${seconds()}`);
  }
} else if (mode === "fixtures") {
  const report = (line: string) => console.log(`${line}, ${failures} differ, ${seconds()}`);
  runFixtures(backend(oracle, "reference"), words, report, fail, /GPUs have no float64/);
} else fail(`${mode} is none of fuzz, fixtures`);
await oracle.close();
process.exitCode = failures > 0 ? 1 : 0;
