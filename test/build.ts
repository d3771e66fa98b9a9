// Vitest runs this before the first test: tests run the built modules (vitest.config.ts), so these must be those of the sources.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export function setup(): void {
  // Each project of Vitest calls it; one build serves them all.
  if (process.env.CHAINRULE_TESTS_BUILT === "1") return;
  execFileSync(process.execPath, [fileURLToPath(new URL("../scripts/setup.js", import.meta.url))], {
    stdio: "inherit",
  });
  process.env.CHAINRULE_TESTS_BUILT = "1";
}
