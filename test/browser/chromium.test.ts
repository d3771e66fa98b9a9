// `npm test` on any machine: which browser is found, and what is said and left out where there is none.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { findBrowser } from "../../scripts/browser.js";
import { closingLines } from "../../scripts/closing-lines.js";
import { temporaryFolder } from "../node/synthetic.ts";

const root = resolve(import.meta.dirname, "..", "..");
const folder = temporaryFolder();
const nowhere = join(folder, "nowhere");

/** A program of that name, in a folder of its own. */
function program(name: string, script: string): { readonly path: string; readonly directory: string } {
  const directory = join(folder, `${name}-${script.length}`);
  mkdirSync(directory, { recursive: true });
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return { path, directory };
}

describe.skipIf(process.platform === "win32")("the browser that is found", () => {
  const good = program("google-chrome", "echo Google Chrome 999.1");
  const snap = program("chromium-browser", "echo 'Command requires the snap' >&2; exit 1");

  test("is the first that starts on the PATH", () => {
    const PATH = `${snap.directory}:${good.directory}`;
    expect(findBrowser({ PATH })).toEqual({ path: good.path, version: "Chrome 999.1" });
  });

  test("is the one that CHROMIUM_PATH names and no other", () => {
    expect(findBrowser({ PATH: snap.directory, CHROMIUM_PATH: good.path }).path).toBe(good.path);
    const broken = { PATH: good.directory, CHROMIUM_PATH: snap.path };
    const reason = `CHROMIUM_PATH names ${snap.path}, which does not start (Command requires the snap)`;
    expect(findBrowser(broken)).toEqual({ path: null, reason });
    const none = { PATH: good.directory, CHROMIUM_PATH: nowhere };
    expect(findBrowser(none)).toEqual({ path: null, reason: `CHROMIUM_PATH names ${nowhere}, which cannot be run` });
  });
});

describe("without a browser", () => {
  const env = { ...process.env, CHROMIUM_PATH: nowhere };

  test("the set-up says what to do, and lets the tests go on", () => {
    const { status, stderr } = spawnSync(process.execPath, ["scripts/setup-browser.js"], {
      cwd: root,
      encoding: "utf8",
      env,
    });
    expect(stderr).toMatch(
      /^setup: browser tests will not run: CHROMIUM_PATH names .*\n {2}Install one \(apt install chromium/,
    );
    expect(status).toBe(0);
  });

  test("browser tests are skipped, and nothing fails", () => {
    const report = join(folder, "report.json");
    const args = [
      "run",
      "test/browser/threads.test.ts",
      "web/test/trouble.test.ts",
      "--reporter=json",
      `--outputFile=${report}`,
    ];
    const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
    const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, ...args], {
      cwd: root,
      encoding: "utf8",
      env,
    });
    expect(status, stdout + stderr).toBe(0);
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, "utf8"));
    expect([numPassedTests, numFailedTests, numPendingTests]).toEqual([0, 0, 10]);
  });

  test("the count has those that were left out, after the line for which .ci/run looks", () => {
    const found = { path: "/usr/bin/chromium", version: "Chromium 1" };
    const webgpu = { found: true, reason: null } as const;
    const told = closingLines({
      passed: 5,
      failed: 0,
      skipped: 2,
      browser: { path: null, reason: "there is none" },
      jax: { python: "python3" },
      webgpu,
    });
    const [loud, count] = told.split("\n");
    const phrases = [...readFileSync(join(root, ".ci", "run"), "utf8").matchAll(/grep -q '([^']+)'/g)];
    expect(phrases.map(([, phrase]) => phrase)).toEqual([
      "browser tests did not run",
      "StableHLO was not run",
      "WebGPU was not run",
    ]);
    expect(loud).toMatch(/^browser tests did not run: there is none\. Install one /);
    expect(count).toBe("5 passed, 0 failed, 2 skipped");
    const withoutJax = { browser: found, webgpu, jax: { python: null, reason: "python3 has no jax" } };
    const [other] = closingLines({ passed: 5, failed: 0, skipped: 2, ...withoutJax }).split("\n");
    expect(other).toMatch(/^StableHLO was not run: python3 has no jax\. Set /);
    const all = { browser: found, jax: { python: "python3" } };
    const [third] = closingLines({
      passed: 5,
      failed: 0,
      skipped: 2,
      ...all,
      webgpu: { found: false, reason: "it is not installed" },
    }).split("\n");
    expect(third).toMatch(/^WebGPU was not run: it is not installed\. `node scripts/);
    expect(closingLines({ passed: 5, failed: 1, skipped: 0, ...all, webgpu })).toBe("5 passed, 1 failed");
  });
});
