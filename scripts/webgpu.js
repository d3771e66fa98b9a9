// WebGPU for the tests, in Node: the package webgpu, which is installed on demand and by nothing else (it has 130 MB), and SwiftShader, an adapter
// that computes on the processor, which comes with Chromium.
//
//   node scripts/webgpu.js        installs the package below build/webgpu, unless it is there
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const version = "0.6.2";
const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "build", "webgpu");
const installed = join(folder, "node_modules", "webgpu");
const link = join(root, "node_modules", "webgpu");

export const cure =
  "`node scripts/webgpu.js` installs the package webgpu, and Debian's chromium-common has SwiftShader";

/** What Vulkan has to find in the environment of a process: SwiftShader and its loader. null where there is none. */
export function softwareVulkan(env = process.env) {
  if (env.VK_ICD_FILENAMES !== undefined) return {};
  const driver = ["/usr/lib/chromium", "/usr/lib/chromium-browser", "/opt/google/chrome"]
    .map((path) => join(path, "vk_swiftshader_icd.json"))
    .find(existsSync);
  if (driver === undefined) return null;
  return {
    VK_ICD_FILENAMES: driver,
    LD_LIBRARY_PATH: [dirname(driver), env.LD_LIBRARY_PATH].filter(Boolean).join(":"),
    XDG_RUNTIME_DIR: env.XDG_RUNTIME_DIR ?? tmpdir(),
  };
}

/** Whether tests can use WebGPU in Node: { found: true }, or false and the reason. */
export function findWebGpu(env = process.env) {
  linkPackage();
  if (!existsSync(link)) return { found: false, reason: "the package webgpu is not installed" };
  if (softwareVulkan(env) === null) return { found: false, reason: "there is no SwiftShader" };
  return { found: true, reason: null };
}

/** `npm ci` empties node_modules, so the package lies elsewhere, and a link makes it known by its name. */
function linkPackage() {
  if (existsSync(installed) && !existsSync(link) && existsSync(dirname(link))) symlinkSync(installed, link, "junction");
}

/** Installs the package. Returns null, or why it could not be installed. */
export function installWebGpu() {
  const at = join(installed, "package.json");
  if (existsSync(at) && JSON.parse(readFileSync(at, "utf8")).version === version) return null;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1"];
  const shell = process.platform === "win32";
  const how = { cwd: folder, encoding: "utf8", shell };
  const { status, stderr, error } = spawnSync("npm", ["install", `webgpu@${version}`, ...options], how);
  if (status === 0) return null;
  return (stderr ?? String(error)).split("\n").find((line) => line.trim() !== "") ?? "no reason given";
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const failure = installWebGpu();
  if (failure !== null) {
    console.error(`webgpu was not installed: ${failure}`);
    process.exitCode = 1;
  } else linkPackage();
}
