import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

it("a program passes the type checker at its strictest, and its mistakes do not", () => {
  const folder = join(import.meta.dirname, "strict");
  const tsc = join(import.meta.dirname, "..", "..", "node_modules", "typescript", "bin", "tsc");
  const { stdout } = spawnSync(process.execPath, [tsc, "--noEmit", "--pretty", "false", "-p", folder], {
    cwd: folder,
    encoding: "utf8",
  });
  // Errors in other files are found by the type check of the whole repository.
  expect(stdout.split("\n").filter((line) => line.startsWith("program.ts("))).toEqual([]);
});
