// The library's types in the programs of others: strictest flags, declarations checked too, types of pages and Node or neither. The
// programs stand in programs/ and are checked against what was built. scripts/type-versions.js checks them with older compilers.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { arange } from "chainrule";
import { expect, it } from "vitest";
import { run } from "./programs/nets.ts";
import { parts } from "./programs/shapes.ts";
import { transformed } from "./programs/transforms.ts";

const tsc = join(import.meta.dirname, "..", "..", "node_modules", "typescript", "bin", "tsc");

it.each([
  ["neither pages nor Node", []],
  ["pages", ["--lib", "es2022,dom"]],
  ["Node", ["--types", "node"]],
])("programs whose types know %s compile", (_, flags) => {
  const { stdout, status } = spawnSync(
    process.execPath,
    [tsc, "-p", import.meta.dirname, "--pretty", "false", ...flags],
    {
      encoding: "utf8",
    },
  );
  expect([stdout, status]).toEqual(["", 0]);
});

it("and they run", () => {
  expect(run()).toBeTypeOf("number");
  expect(transformed().map(({ shape }) => shape.length)).toEqual([2, 2, 3, 2, 0, 2, 2, 2, 2, 2, 4, 4, 2, 2, 2]);
  expect(parts(arange(24).reshape([8, 3]))).toBe(1 + 16 + 4 + 4 + 3 + 100 + 16);
});
