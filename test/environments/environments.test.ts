// The packed library loads and trains wherever it is put: required or imported by Node, run by tsx, bundled by esbuild in each of its
// forms, loaded from a `data:` or `blob:` address, in a page and in a page's worker. Everywhere the losses are the same, to the bit.
// Webpack and Vite are in test/browser/bundlers.test.ts; runtimes that must be installed first in matrix.ts.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { runInNewContext } from "node:vm";
import { type BuildOptions, build, type Format } from "esbuild";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { optimiseLater } from "../../scripts/optimise-later.js";
import { it as inChromium, openChromium } from "../browser/chromium.ts";
import { isolation, serve } from "../browser/serve.ts";
import { build as buildLibrary } from "../browser/site.ts";
import { temporaryFolder } from "../node/synthetic.ts";
import { bundleAsLibrary, bundleForNode } from "./bundles.ts";
import { type Outcome, training } from "./program.ts";
import { makeProject } from "./project.ts";

const root = resolve(import.meta.dirname, "..", "..");
const project = temporaryFolder();
const formats = ["esm", "cjs", "iife"] as const satisfies readonly Format[];
const bundleOf = (format: Format) => join(project, `bundle-${format}.${format === "esm" ? "mjs" : "cjs"}`);
let expected: Outcome;

/** What Node prints; nothing may be said beside it. */
function node(args: readonly string[]): Outcome {
  const options = { cwd: project, encoding: "utf8" } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [...optimiseLater, ...args], options);
  expect([status, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout);
}

beforeAll(async () => {
  buildLibrary();
  makeProject(project);
  const settings: BuildOptions = { absWorkingDir: project, entryPoints: ["page.js"], bundle: true, logLevel: "silent" };
  const results = await Promise.all(
    formats.map((format) => build({ ...settings, format, outfile: bundleOf(format), minify: format === "esm" })),
  );
  // An IIFE and CommonJS have no import.meta, of which esbuild warns, whatever is done about it.
  const warnings = results.flatMap(({ warnings }) => warnings.map(({ id }) => id));
  expect(warnings.filter((id) => id !== "empty-import-meta")).toEqual([]);
  expected = node(["program.mjs"]);
}, 60_000);

const numbers = ({ error, loss, wide }: Outcome) => ({ error, loss, wide });

function expectTrained(outcome: Outcome, threads = Math.min(availableParallelism(), 16)): void {
  expect(numbers(outcome)).toEqual(numbers(expected));
  expect(outcome.threads).toBe(threads);
}

test("an ES module of Node", () => {
  expect(expected.error).toBe(undefined);
  expect(expected.loss).toBeLessThan(0.001);
  expect(expected.wide[1]).toBe(expected.wide[0]);
  expect(expected.refusal).toMatch(/^checkFinite: log at .*program\.mjs:\d+:\d+ gives float32\[1\] with NaN/);
  expectTrained(expected);
});

test("require, of the ES modules where Node can, and of their CommonJS form where it cannot", () => {
  const outcome = node(["program.cjs"]);
  expectTrained(outcome);
  expect(outcome.refusal).toMatch(/^checkFinite: log at .*program\.cjs:\d+:\d+ gives/);
  // So every Node can be asked for what only old ones take by themselves.
  const cjs = join(project, "node_modules", "chainrule", "dist", "cjs");
  const text = readFileSync(join(project, "program.cjs"), "utf8");
  const direct = text
    .replace(`require("chainrule")`, `require(${JSON.stringify(cjs)})`)
    .replace(`require("chainrule/" + entry)`, `require(${JSON.stringify(cjs)} + "/" + entry)`);
  const old = node(["-e", direct]);
  expectTrained(old);
});

test("two copies in one program know each other's tensors and modules for what they are", () => {
  const library = join(project, "node_modules", "chainrule", "dist");
  const text = `import { madeAs } from ${JSON.stringify(join(library, "tensor", "copies.js"))};
    import { Tensor } from "chainrule";
    import other from ${JSON.stringify(join(library, "cjs", "index.js"))};
    const made = [other.tensor([1]), new other.Linear(1, 1), {}, null, 1];
    console.log(JSON.stringify([made[0] instanceof Tensor, ...made.map(madeAs)]));`;
  expect(node(["--input-type=module", "-e", text])).toEqual([false, "Tensor", "Module", null, null, null]);
});

test("tsx, as TypeScript and as CommonJS", () => {
  const tsx = join(root, "node_modules", "tsx", "dist", "cli.mjs");
  for (const program of ["program.ts", "program.cjs"]) expectTrained(node([tsx, ...optimiseLater, program]));
});

test.each(formats)("a bundle of esbuild as %s, in Node", (format) => {
  const outcome = node([bundleOf(format)]);
  expectTrained(outcome);
  // All is one file: there is no line that would be the user's.
  expect(outcome.refusal).toMatch(/^checkFinite: log gives float32\[1\] with NaN/);
});

test("a bundle of webpack for Node", async () => {
  const { file, complaints } = await bundleForNode(project);
  expect(complaints).toEqual([]);
  expectTrained(node([file]));
});

test("bundles of Vite as a library, as CommonJS and as a script", async () => {
  const files = await bundleAsLibrary(project);
  expect(files).toHaveLength(2);
  for (const file of files) {
    const outcome = node([file]);
    expectTrained(outcome);
    expect(outcome.refusal).toMatch(/^checkFinite: log gives/);
  }
});

test("the library bundled into one file, the user's code in another: lines are the user's", async () => {
  const stdin = { contents: `export * from "chainrule";`, resolveDir: project };
  await build({ stdin, bundle: true, format: "esm", logLevel: "silent", outfile: join(project, "library.mjs") });
  const text = `import * as chainrule from "./library.mjs";\n${training}`;
  writeFileSync(join(project, "apart.mjs"), text);
  const outcome = node(["apart.mjs"]);
  expectTrained(outcome);
  expect(outcome.refusal).toMatch(/^checkFinite: log at .*apart\.mjs:\d+:\d+ gives/);
});

test("a bundle that Node loads from a data: address", () => {
  const text = readFileSync(bundleOf("esm")).toString("base64");
  writeFileSync(join(project, "data.mjs"), `await import("data:text/javascript;base64,${text}");`);
  expectTrained(node(["data.mjs"]));
});

test("an IIFE where there is nothing but the language: no URL, no TextEncoder, no process, no worker, no console", async () => {
  const code = readFileSync(bundleOf("iife"), "utf8");
  const told = new Promise<string>((resolve) => {
    runInNewContext(code, { tell: (outcome: Outcome) => resolve(JSON.stringify(outcome)) });
  });
  const outcome: Outcome = JSON.parse(await told);
  expectTrained(outcome, 1);
  expect(outcome.refusal).toMatch(/^checkFinite: log gives/);
});

test("where no worker may start, one thread does everything, and a word says why", () => {
  const [major] = process.versions.node.split(".").map(Number);
  const permission = major < 24 ? "--experimental-permission" : "--permission";
  const args = [...optimiseLater, permission, "--allow-fs-read=*", "--no-warnings", "program.mjs"];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: project, encoding: "utf8" });
  expectTrained(JSON.parse(stdout), 1);
  expect(stderr).toMatch(/^chainrule: one thread: workers do not start here \(Error: Access to this API.*\)\n$/);
});

const compilers = {
  "TypeScript 7": join(root, "node_modules", "typescript", "bin", "tsc"),
  "TypeScript 6": join(root, "web", "node_modules", "typescript", "bin", "tsc"),
} as const;

test.each([
  ["TypeScript 7", ["--module", "nodenext", "typed.mts", "typed.cts", "typed.ts"]],
  ["TypeScript 7", ["--module", "node16", "typed.mts", "typed.cts", "typed.ts"]],
  ["TypeScript 7", ["--module", "esnext", "--moduleResolution", "bundler", "typed.ts"]],
  ["TypeScript 6", ["--ignoreDeprecations", "6.0", "--module", "commonjs", "--moduleResolution", "node10", "typed.ts"]],
] as const)("%s finds the types: %j", (compiler, args) => {
  const common = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022"];
  const options = { cwd: project, encoding: "utf8" } as const;
  const words = [...optimiseLater, compilers[compiler], ...common, ...args];
  const { status, stdout } = spawnSync(process.execPath, words, options);
  expect([stdout, status]).toEqual(["", 0]);
});

describe("in Chromium", () => {
  const closers: (() => unknown)[] = [];
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    const browser = await openChromium();
    closers.push(() => browser.close());
    const server = await serve({ "/": project }, isolation);
    closers.push(() => server.close());
    page = await browser.newPage();
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    writeFileSync(join(project, "index.html"), '<!doctype html><link rel="icon" href="data:,">');
    await page.goto(`${server.origin}/index.html`);
  });
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  const outcomeOf = (start: string): Promise<Outcome> =>
    page.evaluate(`new Promise((resolve, reject) => { globalThis.tell = resolve; ${start} })`);
  const source = (format: Format) => JSON.stringify(readFileSync(bundleOf(format), "utf8"));
  const address = (format: Format) => `URL.createObjectURL(new Blob([${source(format)}], { type: "text/javascript" }))`;

  inChromium("an IIFE as the script of a page", async () => {
    expectTrained(
      await outcomeOf(`const script = document.createElement("script");
      script.textContent = ${source("iife")}; document.head.append(script);`),
      1,
    );
    expect(complaints).toEqual([]);
  });

  inChromium("a module from a blob: and from a data: address", async () => {
    expectTrained(await outcomeOf(`import(${address("esm")}).catch(reject);`), 1);
    const text = JSON.stringify(readFileSync(bundleOf("esm")).toString("base64"));
    expectTrained(await outcomeOf(`import("data:text/javascript;base64," + ${text}).catch(reject);`), 1);
    expect(complaints).toEqual([]);
  });

  inChromium.each(["iife", "esm"] as const)("a worker from a blob: address, as %s, with threads", async (format) => {
    const type = format === "esm" ? "module" : "classic";
    const prelude = JSON.stringify("globalThis.tell = (outcome) => postMessage(outcome);");
    const blob = `new Blob([${prelude}, ${source(format)}], { type: "text/javascript" })`;
    expectTrained(
      await outcomeOf(`const worker = new Worker(URL.createObjectURL(${blob}), { type: "${type}" });
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.onmessage = ({ data }) => { worker.terminate(); resolve(data); };`),
    );
    expect(complaints).toEqual([]);
  });
});
