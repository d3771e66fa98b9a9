// The library's types in the programs of others: strictest flags, declarations checked too, types of pages and Node or neither. The
// programs stand in programs/ and are checked against what was built. scripts/type-versions.js checks them with older compilers.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { arange } from "chainrule";
import { expect, it } from "vitest";
import { run } from "./programs/nets.ts";
import { parts } from "./programs/shapes.ts";
import { transformed } from "./programs/transforms.ts";

const root = join(import.meta.dirname, "..", "..");
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");

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

/** The declarations that programs load: of the entry points, and of what these import. */
function reachable(): Map<string, string> {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const found = new Map<string, string>();
  const visit = (file: string) => {
    if (found.has(file)) return;
    const text = readFileSync(file, "utf8");
    found.set(file, text);
    for (const [, path] of text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g))
      visit(resolve(dirname(file), path.replace(/\.[jt]s$/, ".d.ts")));
  };
  for (const { types } of Object.values<{ types?: { default: string } }>(exports))
    if (types !== undefined) visit(join(root, types.default));
  return found;
}

it("no declaration says what buffer an array or a view has: TypeScript before 5.7 knows no such types", () => {
  const declarations = reachable();
  expect(declarations.size).toBeGreaterThan(100);
  const generic = /\b(\w+Array|DataView)<ArrayBuffer(Like)?>/;
  expect([...declarations].filter(([, text]) => generic.test(text)).map(([file]) => relative(root, file))).toEqual([]);
});
