// Finds or installs the browser for `npm test` (`npm start` needs none), and prints which one it is. Where that fails, the tests that need a
// browser are skipped, and scripts/test.js says so again in its last lines.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cure, findBrowser } from "./browser.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const say = (line) => console.error(`setup: ${line}`);
const isRoot = process.getuid?.() === 0;

/** Runs a command. Returns null, or one line that says what went wrong: the first error that it printed, otherwise its last line. */
function run(command, args, env = {}) {
  const options = { cwd: root, encoding: "utf8", timeout: 15 * 60_000, env: { ...process.env, ...env } };
  const { status, stdout, stderr, error } = spawnSync(command, args, options);
  if (status === 0) return null;
  const lines = `${stderr}\n${stdout}`.split("\n").filter((line) => /\w/.test(line));
  return error?.message ?? lines.find((line) => /^(E|Error): /.test(line)) ?? lines.at(-1) ?? `exit ${status}`;
}

/** Whether the system has Debian's package chromium. Ubuntu's package of that name is empty and points to a snap. */
function isDebian() {
  try {
    return /^ID="?(debian|raspbian)"?$/m.test(readFileSync("/etc/os-release", "utf8"));
  } catch {
    return false;
  }
}

function installPackage() {
  const settings = ["-qq", "-o", "DPkg::Lock::Timeout=300"];
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const outdated = run("apt-get", ["update", ...settings], env);
  const failed = run("apt-get", ["install", "-y", "--no-install-recommends", ...settings, "chromium"], env);
  return failed === null ? null : (outdated ?? failed);
}

/** Downloads Playwright's Chromium. Where it does not start, root also installs the libraries that it needs. */
function download() {
  const playwright = (...args) => run(process.execPath, [join("node_modules", "playwright-core", "cli.js"), ...args]);
  const failed = playwright("install", "--no-shell", "chromium");
  if (failed !== null || findBrowser().path !== null || !isRoot) return failed;
  return playwright("install-deps", "chromium");
}

const ways = [
  { name: "Debian's package chromium (apt-get)", isPossible: isRoot && isDebian(), install: installPackage },
  { name: "the Chromium that Playwright downloads", isPossible: true, install: download },
];

function install() {
  const problems = [];
  for (const { name, isPossible, install } of ways) {
    if (!isPossible) continue;
    say(`no Chromium here; installing ${name}, once`);
    const problem = install();
    const found = findBrowser();
    if (found.path !== null) return { found, problems };
    problems.push(`${name}: ${problem ?? found.reason}`);
  }
  return { found: findBrowser(), problems };
}

let found = findBrowser();
let problems = [];
// With CHROMIUM_PATH set no other browser is installed.
if (found.path === null && !process.env.CHROMIUM_PATH) ({ found, problems } = install());
if (found.path !== null) say(`browser tests run in ${found.path}${found.version ? ` (${found.version})` : ""}`);
else say([`browser tests will not run: ${found.reason}`, ...problems, cure].join("\n  "));
