// Finds the browser that the tests run in: the one that CHROMIUM_PATH names; otherwise the first one that starts, on the PATH, in the
// default folders of macOS and Windows, and in Playwright's cache.
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const windows = process.platform === "win32";
const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"].map((name) =>
  windows ? `${name}.exe` : name,
);

/** The advice where no browser was found and none could be installed. */
export const cure =
  "Install one (apt install chromium, or npx playwright-core install --with-deps chromium), or name yours in CHROMIUM_PATH.";

/** `{ path, version }`, or `{ path: null, reason }` where there is none. */
export function findBrowser(env = process.env) {
  const named = env.CHROMIUM_PATH;
  if (named) {
    const { version, problem } = tryOut(named);
    return problem === undefined
      ? { path: named, version }
      : { path: null, reason: `CHROMIUM_PATH names ${named}, which ${problem}` };
  }
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const onPath = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  const problems = [];
  for (const path of [...onPath, ...installed(env), chromium.executablePath()]) {
    if (!isProgram(path)) continue;
    const { version, problem } = tryOut(path);
    if (problem === undefined) return { path, version };
    problems.push(`${path} ${problem}`);
  }
  return { path: null, reason: problems.join("; ") || "there is no Chromium here" };
}

/** The paths at which installers put browsers that are not on the PATH. */
function installed(env) {
  if (process.platform === "darwin")
    return ["Chromium", "Google Chrome"].flatMap((name) =>
      ["/", homedir()].map((root) => join(root, "Applications", `${name}.app`, "Contents", "MacOS", name)),
    );
  if (!windows) return [];
  const roots = [env.PROGRAMFILES, env["PROGRAMFILES(X86)"], env.LOCALAPPDATA].filter((root) => root);
  return roots.map((root) => join(root, "Google", "Chrome", "Application", "chrome.exe"));
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs `--version`, since a file that exists may still not be a browser: Ubuntu's chromium-browser only advertises a snap, and the one in
 * Playwright's cache may lack libraries. Not on Windows, where a browser opens a window instead of printing its version.
 */
function tryOut(path) {
  if (!isProgram(path)) return { problem: "cannot be run" };
  if (windows) return { version: "" };
  const { status, stdout, stderr, error } = spawnSync(path, ["--version"], { encoding: "utf8", timeout: 30_000 });
  const version = /Chrom\S* .*\d/.exec(stdout ?? "")?.[0];
  if (status === 0 && version !== undefined) return { version };
  const firstLine = (error?.message ?? `${stderr}\n${stdout}`).trim().split("\n")[0];
  return { problem: `does not start${firstLine === "" ? "" : ` (${firstLine})`}` };
}
