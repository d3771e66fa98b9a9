// Proves the table of ops on the GPU. It takes minutes, and in Node it needs the package webgpu (node scripts/webgpu.js):
//
//   npx tsx test/backends/webgpu/prove.ts fuzz [SEED] [COUNT]     random graphs against the reference, within the bounds of rounding errors
//   npx tsx test/backends/webgpu/prove.ts fixtures [KIND ...]     PyTorch's recorded results in float32, with the tolerances of test/fixtures
//
//   --in chromium      in a page of Chromium rather than in Node
//   --cut NAME         kernels are cut as for a GPU (gpu), in small tiles and parts (parts), or as for a processor that plays one (software);
//                      without it as in programs of users, which follows from the adapter
//   --hardware         in Node, on the machine's own Vulkan adapter rather than SwiftShader
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { softwareVulkan } from "../../../scripts/webgpu.js";
import { type CutName, cutNames } from "../../compiler/gpu-cuts.ts";
import { load } from "../../fixtures/load.ts";
import { oracleInNode } from "./oracle/in-node.ts";
import { proveInPage } from "./oracle/in-page.ts";
import { type Proof, prove } from "./oracle/proof.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    in: { type: "string", default: "node" },
    cut: { type: "string" },
    hardware: { type: "boolean", default: false },
  },
});
const [mode, ...words] = positionals;

function proofOf(): Proof {
  if (mode === "fixtures") return { mode, kinds: words };
  if (mode !== "fuzz") throw new Error(`${mode} is none of fuzz, fixtures`);
  const [seed = Date.now() % 1_000_000_000, count = 2000] = words.map(Number);
  return { mode, seed, count };
}

function cutOf(): CutName | null {
  if (values.cut === undefined) return null;
  const found = cutNames.find((name) => name === values.cut);
  if (found === undefined) throw new Error(`--cut ${values.cut}: there are ${cutNames.join(", ")}`);
  return found;
}

/** The loader of libraries reads its path when a process starts. */
function startWithVulkan(): void {
  const vulkan = softwareVulkan();
  if (values.hardware || vulkan === null || Object.keys(vulkan).length === 0) return;
  const { status } = spawnSync(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: "inherit",
    env: { ...process.env, ...vulkan },
  });
  process.exit(status ?? 1);
}

const [proof, cut] = [proofOf(), cutOf()];
let failures: number;
if (values.in === "chromium") failures = await proveInPage(proof, cut, console.log);
else {
  startWithVulkan();
  const { oracle, close } = await oracleInNode(cut);
  failures = prove(proof, oracle, console.log, load);
  await close();
}
process.exitCode = failures > 0 ? 1 : 0;
