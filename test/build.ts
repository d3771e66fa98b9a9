// Vitest runs this before the first test: tests run the built modules (vitest.config.ts), so these must be those of the sources. What tests
// write goes to one folder, which is removed after the last test.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Each project of Vitest calls it; the first call serves them all. Its result is called after the last test. */
export function setup(): (() => void) | undefined {
  if (process.env.CHAINRULE_TESTS_BUILT === "1") return undefined;
  execFileSync(process.execPath, [fileURLToPath(new URL("../scripts/setup.js", import.meta.url))], {
    stdio: "inherit",
  });
  process.env.CHAINRULE_TESTS_BUILT = "1";
  const folder = mkdtempSync(join(tmpdir(), "chainrule-tests-"));
  process.env.TMPDIR = folder;
  // A process that a test has stopped may still write for a moment.
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
