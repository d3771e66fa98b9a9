// Installs the peers of bench/steps.js from their lock file when that has changed. They are a package of their own, so that installing the
// project stays small.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));

/** Returns null, or a sentence that says why the peers could not be installed. */
export function installPeers() {
  const stamp = join(folder, "node_modules", ".chainrule-peers");
  const lock = createHash("sha256")
    .update(readFileSync(join(folder, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return null;
  console.error("bench: installing the peers below bench/peers (npm ci, about 300 MB), once");
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1"];
  const shell = process.platform === "win32";
  const { status, stderr, error } = spawnSync("npm", ["ci", ...options], { cwd: folder, encoding: "utf8", shell });
  if (status !== 0) {
    const reason = (stderr ?? String(error)).split("\n").find((line) => line.trim() !== "");
    return `not installed, npm ci in bench/peers failed: ${reason ?? "no reason given"} (offline? --no-peers leaves them out)`;
  }
  writeFileSync(stamp, lock);
  return null;
}
