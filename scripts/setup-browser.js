// The browser that `npm test` needs and `npm start` does not: finds one or installs one, and says which in a line. Where that fails
// the tests go on without those that need a browser, and scripts/test.js says so again at the end, where it is read.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cure, findBrowser } from "./browser.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const say = (line) => console.error(`setup: ${line}`);
const isRoot = process.getuid?.() === 0;

/** Null, or what went wrong, in a line: the first error that the command has told, else the last that it has said. */
function run(command, args, env = {}) {
  const options = { cwd: root, encoding: "utf8", timeout: 15 * 60_000, env: { ...process.env, ...env } };
  const { status, stdout, stderr, error } = spawnSync(command, args, options);
  if (status === 0) return null;
  const said = `${stderr}\n${stdout}`.split("\n").filter((line) => /\w/.test(line));
  return error?.message ?? said.find((line) => /^(E|Error): /.test(line)) ?? said.at(-1) ?? `exit ${status}`;
}

/** Ubuntu's package of that name is an empty one that points to a snap. */
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

/** Root also gets the libraries that it needs, if it does not start without. */
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
// Whoever names a browser wants that one and no other.
if (found.path === null && !process.env.CHROMIUM_PATH) ({ found, problems } = install());
if (found.path !== null) say(`browser tests run in ${found.path}${found.version ? ` (${found.version})` : ""}`);
else say([`browser tests will not run: ${found.reason}`, ...problems, cure].join("\n  "));
