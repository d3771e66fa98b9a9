// `npm test`: runs type check, lint, the demo's build, then every test file (which also run the examples and use the demo), and prints a
// last line with the counts. Where there is no browser, no WebGPU for Node, or no Python with JAX, a line before it says so.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBrowser } from "./browser.js";
import { closingLines } from "./closing-lines.js";
import { findJax } from "./jax.js";
import { optimiseLater } from "./optimise-later.js";
import { findWebGpu } from "./webgpu.js";

const folder = mkdtempSync(join(tmpdir(), "chainrule-test-"));
const report = join(folder, "vitest.json");
const bin = (path) => join("node_modules", path);
const checks = [
  ["type check", bin("typescript/bin/tsc"), "--noEmit", "-p", "tsconfig.json"],
  ["lint", bin("@biomejs/biome/bin/biome"), "check", "."],
  [
    "type check of the demo",
    join("web", bin("svelte-check/bin/svelte-check")),
    "--workspace",
    "web",
    "--fail-on-warnings",
  ],
  ["build of the demo", bin("vite/bin/vite.js"), "build", "web", "--logLevel", "warn"],
];

const browser = findBrowser();
const jax = findJax();
let passed = 0;
let failed = 0;
let skipped = 0;
const results = checks.map(
  ([name, ...args]) =>
    new Promise((done) => {
      const child = spawn(process.execPath, [...optimiseLater, ...args], { stdio: ["ignore", "pipe", "pipe"] });
      const output = [];
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => output.push(text));
      child.on("close", (status) => done({ name, status, text: Buffer.concat(output).toString() }));
    }),
);
for (const { name, status, text } of await Promise.all(results)) {
  if (status !== 0) process.stdout.write(text);
  console.log(`${status === 0 ? "✓" : "✗"} ${name}`);
  status === 0 ? passed++ : failed++;
}

const vitest = spawnSync(
  process.execPath,
  [
    bin("vitest/vitest.mjs"),
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
  // The browser and JAX are searched for once, not in each test file.
  {
    stdio: "inherit",
    env: {
      ...process.env,
      ...(browser.path === null ? {} : { CHROMIUM_PATH: browser.path }),
      ...(jax.python === null ? {} : { CHAINRULE_PYTHON: jax.python, CHAINRULE_JAX_FOUND: jax.python }),
    },
  },
);
try {
  const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = JSON.parse(
    readFileSync(report, "utf8"),
  );
  passed += numPassedTests;
  skipped = numPendingTests;
  // A file that does not load has no failed test, but counts as a failure.
  failed += Math.max(numFailedTests, numFailedTestSuites, vitest.status === 0 ? 0 : 1);
} catch {
  failed++;
}
rmSync(folder, { recursive: true });
console.log(closingLines({ passed, failed, skipped, browser, jax: findJax(), webgpu: findWebGpu() }));
process.exitCode = failed === 0 ? 0 : 1;
