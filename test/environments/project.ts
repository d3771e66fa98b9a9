// A project as its user has it: the packed library below node_modules, and the programs beside it.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { optimiseLater } from "../../scripts/optimise-later.js";
import { programs, typedPrograms } from "./program.ts";

const root = resolve(import.meta.dirname, "..", "..");

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed: ${error?.message ?? stdout + stderr}`);
  return stdout;
}

export function writePrograms(folder: string): void {
  for (const [name, text] of Object.entries({ ...programs, ...typedPrograms })) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
}

/**
 * Packs what runs of what is built, in a folder of its own, so that other tests do not see dist/ change; `npm pack` with its scripts
 * would make the CommonJS form in dist/.
 */
export function makeProject(folder: string): void {
  const staged = join(folder, "staged");
  for (const name of ["package.json", "dist"]) cpSync(join(root, name), join(staged, name), { recursive: true });
  run(process.execPath, [...optimiseLater, join(root, "scripts", "commonjs.js"), staged], root);
  const library = join(folder, "node_modules", "chainrule");
  mkdirSync(library, { recursive: true });
  const name = run("npm", ["pack", "--ignore-scripts", "--silent", "--offline", "--pack-destination", folder], staged);
  const tarball = join(folder, name.trim());
  run("tar", ["xzf", tarball, "-C", library, "--strip-components=1"], folder);
  writePrograms(folder);
}
