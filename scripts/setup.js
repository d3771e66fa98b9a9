// Prepares a fresh clone for `npm start` or `npm test`: installs the dependencies when the lock file has changed, and compiles library and
// command line when a source has changed. It prints one line for each. It uses only modules of Node, since it runs before anything is
// installed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const say = (line) => console.error(`setup: ${line}`);

function fail(line) {
  say(line);
  process.exit(1);
}

function run(command, args) {
  const shell = process.platform === "win32";
  const result = spawnSync(command, args, { cwd: root, encoding: "utf8", shell });
  if (result.status !== 0)
    fail(`${command} ${args.join(" ")} failed\n${result.stdout ?? ""}${result.stderr ?? result.error ?? ""}`);
}

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 16))
  fail(`Node ${process.versions.node} is too old, chainrule needs 20.16 or newer`);

const stamp = join(root, "node_modules", ".chainrule-setup");
const lockFile = join(root, "package-lock.json");
const lock = createHash("sha256").update(readFileSync(lockFile)).digest("hex");
// npm writes this file at the end of an installation.
const installed = join(root, "node_modules", ".package-lock.json");
const isStamped = existsSync(stamp) && readFileSync(stamp, "utf8") === lock;
if (!isStamped && !(existsSync(installed) && statSync(installed).mtimeMs > statSync(lockFile).mtimeMs)) {
  say("installing the development tools, MNIST and the picture decoders from the lock file (npm ci), once");
  run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  writeFileSync(stamp, lock);
}

// tsc -b does nothing where its output is up to date.
if (["dist", "onnx/dist", "xla/dist", "cli/dist"].some((folder) => !existsSync(join(root, folder))))
  say("compiling TypeScript to dist/, onnx/dist/, xla/dist/ and cli/dist/ (tsc -b)");
run(process.execPath, [join(root, "node_modules", "typescript", "bin", "tsc"), "-b", "src", "onnx", "xla", "cli"]);
run(process.execPath, [join(root, "cli", "scripts", "bundle.js")]);
