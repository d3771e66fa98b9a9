// The environments that have to be installed first: each Node that `engines` allows, Bun, Deno and Jest. The packages are packed as for
// publishing and installed in a project, whose programs then run everywhere, as modules, by `require` and bundled. Not part of
// `npm test`, as it fills 1 GB below build/environments the first time:
//
//   npm run environments
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildSync, type Format } from "esbuild";
import type { Outcome } from "./program.ts";
import { writePrograms } from "./project.ts";

const root = resolve(import.meta.dirname, "..", "..");
const folder = join(root, "build", "environments");
/** Elsewhere: Bun goes by the `paths` of a tsconfig.json above. */
const temporary = mkdtempSync(join(tmpdir(), "chainrule-environments-"));
const project = join(temporary, "project");

interface Environment {
  readonly name: string;
  /** The npm package that has the program, and where it lies in there. */
  readonly install: string;
  readonly program: string;
  /** What stands before the file that is run. */
  readonly args?: readonly string[];
}

const system = process.platform === "win32" ? "win" : process.platform;
const nodePackage = `node-${system}-${process.arch}`;
const nodes = ["20.16.0", "22", "24", "26"].map((version) => ({
  name: `Node ${version}`,
  install: `${nodePackage}@${version}`,
  program: join(nodePackage, "bin", system === "win" ? "node.exe" : "node"),
}));
const deno = { install: "deno@2", program: join(".bin", "deno") };
const environments: readonly Environment[] = [
  ...nodes,
  { name: "Bun", install: "bun@1", program: join(".bin", "bun") },
  { ...deno, name: "Deno, without permissions", args: ["run", "--no-prompt"] },
  { ...deno, name: "Deno, with all", args: ["run", "--allow-all"] },
];

const formats = ["esm", "cjs", "iife"] as const satisfies readonly Format[];
const bundleOf = (format: Format) => `bundle-${format}.${format === "esm" ? "mjs" : "cjs"}`;
const columns = {
  import: "program.mjs",
  require: "program.cjs",
  "esbuild esm": bundleOf("esm"),
  "esbuild cjs": bundleOf("cjs"),
  "esbuild iife": bundleOf("iife"),
} as const;

function run(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}) {
  const options = { cwd, encoding: "utf8", timeout: 300_000, env: { ...process.env, NO_COLOR: "1", ...env } } as const;
  const { status, stdout, stderr, error } = spawnSync(command, args, options);
  const said = (stderr || stdout).trim().split("\n");
  return { status, stdout, stderr, problem: error?.message ?? said.find((line) => /error/i.test(line)) ?? said[0] };
}

/** What npm installs, in a folder of its own, once. Null, or what went wrong. */
function install(what: string): { readonly modules: string; readonly problem: string | null } {
  const home = join(folder, what.replace("@", "-"));
  const modules = join(home, "node_modules");
  if (existsSync(join(home, "installed"))) return { modules, problem: null };
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "package.json"), '{ "private": true }\n');
  const { status, problem } = run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", what], home);
  if (status === 0) writeFileSync(join(home, "installed"), "");
  return { modules, problem: status === 0 ? null : problem };
}

/** The project, with the library, chainrule-onnx and chainrule-xla as npm would install them. */
function makeProject(): void {
  mkdirSync(project);
  writePrograms(project);
  for (const where of [root, join(root, "onnx"), join(root, "xla")])
    must(run("npm", ["pack", "--silent", "--pack-destination", project], where));
  const tarballs = readdirSync(project)
    .filter((name) => name.endsWith(".tgz"))
    .map((name) => `./${name}`);
  must(run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", ...tarballs], project));
  const onnx = `{ const { toOnnx } = require("chainrule-onnx"), { Linear, zeros } = require("chainrule");
    if (toOnnx(new Linear(2, 1), zeros([1, 2])).length < 50) throw new Error("no ONNX file"); }\n`;
  const xla = `{ const { toStableHLO } = require("chainrule-xla"), { zeros } = require("chainrule");
    if (!toStableHLO((x) => x.add(1), zeros([2])).text.includes("stablehlo.add")) throw new Error("no StableHLO"); }\n`;
  const program = join(project, "program.cjs");
  writeFileSync(program, onnx + xla + readFileSync(program, "utf8"));
  const settings = { absWorkingDir: project, entryPoints: ["page.js"], bundle: true, logLevel: "error" } as const;
  for (const format of formats) buildSync({ ...settings, entryPoints: ["page.js"], format, outfile: bundleOf(format) });
}

function must({ status, problem }: ReturnType<typeof run>): void {
  if (status !== 0) throw new Error(problem);
}

let expected: Outcome | null = null;
let failures = 0;

function cellOf(outcome: Outcome): string {
  expected ??= outcome;
  if (outcome.error !== undefined) return fault(outcome.error);
  if (outcome.loss !== expected.loss || outcome.wide.some((loss) => loss !== expected?.wide[0]))
    return fault("other numbers");
  return `✓ ${outcome.threads} thread${outcome.threads === 1 ? "" : "s"}`;
}

function fault(what: string): string {
  failures++;
  return `✗ ${what.split("\n")[0].replaceAll("|", "\\|")}`;
}

function cell(environment: Environment, modules: string, file: string): string {
  const { program, args = [] } = environment;
  const { status, stdout, stderr, problem } = run(join(modules, program), [...args, file], project);
  if (status !== 0) return fault(problem);
  const said = stderr.trim() === "" ? "" : `, says: ${stderr.trim().split("\n")[0]}`;
  return cellOf(JSON.parse(stdout)) + said;
}

/** Jest as it comes, without a configuration, on each Node. */
function jestCell(modules: string, node: string): string {
  const home = join(temporary, "jest");
  rmSync(home, { recursive: true, force: true });
  cpSync(project, home, { recursive: true });
  const outcome = join(home, "outcome.json");
  const { status, problem } = run(node, [join(modules, "jest", "bin", "jest.js"), "--rootDir", home], home, {
    OUTCOME: outcome,
  });
  return status === 0 ? cellOf(JSON.parse(readFileSync(outcome, "utf8"))) : fault(problem);
}

makeProject();
const jest = install("jest@30");
const heads = ["environment", ...Object.keys(columns), "Jest"];
console.log(`| ${heads.join(" | ")} |\n|${heads.map(() => " --- ").join("|")}|`);
for (const environment of environments) {
  const { modules, problem } = install(environment.install);
  const row =
    problem === null
      ? Object.values(columns).map((file) => cell(environment, modules, file))
      : [fault(`cannot be installed: ${problem}`)];
  const isNode = environment.install.startsWith(nodePackage);
  if (!isNode) row.push("–");
  else if (problem === null)
    row.push(jest.problem === null ? jestCell(jest.modules, join(modules, environment.program)) : fault(jest.problem));
  console.log(`| ${[environment.name, ...row].join(" | ")} |`);
}
rmSync(temporary, { recursive: true });
if (failures > 0) console.log(`${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;
