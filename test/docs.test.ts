// What the README and the guide show is true: every block of TypeScript in them runs, and prints what stands below it. The first
// block of a chapter begins a program, and so does each that begins with an import; the others go on with the one before. A block
// without a language right behind a block of TypeScript is its output; in it three dots stand for anything, for any lines if they are
// a line. The programs are modules in build/docs, so that errors name the place.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { format } from "node:util";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { optimiseLater } from "../scripts/optimise-later.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "build", "docs");
const chapters = ["README.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith(".md"),
);

/** What a block leaves out because its reader knows it; by chapter and heading. */
const before: Record<string, string> = {
  "README.md, Speed": `
import { Adam, compile, crossEntropy, Flatten, Linear, manualSeed, ReLU, Sequential, type Tensor } from "chainrule";
import { batches } from "chainrule/data";
import { loadMnist } from "chainrule/node";
manualSeed(0);
const { train } = await loadMnist();
`,
  "docs/training.md, Pictures that do not fit into memory": `
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PNG } from "pngjs";
const folder = mkdtempSync(join(tmpdir(), "chainrule-"));
const cache = join(mkdtempSync(join(tmpdir(), "chainrule-")), "cache");
for (let n = 0; n < 60; n++) {
  const name = join(folder, n % 2 ? "light" : "dark", n + ".png");
  const png = new PNG({ width: 20, height: 16 });
  png.data.fill(n % 2 ? 150 + n : 90 - n);
  for (let i = 3; i < png.data.length; i += 4) png.data[i] = 255;
  png.data[0] = 255;
  mkdirSync(join(name, ".."), { recursive: true });
  writeFileSync(name, PNG.sync.write(png));
}
`,
};

interface Block {
  readonly code: string;
  /** What it prints, if that is shown. */
  readonly output: string | null;
}

interface Program {
  readonly line: number;
  readonly heading: string;
  readonly blocks: Block[];
}

const fence = /^```(\w*)\n(.*?)^```\n(?:\n```\n(.*?)^```\n)?/gms;

function programsOf(chapter: string): Program[] {
  const text = readFileSync(join(root, chapter), "utf8");
  const programs: Program[] = [];
  for (const { 1: language, 2: code, 3: output, index } of text.matchAll(fence)) {
    if (language !== "ts") continue;
    const above = text.slice(0, index);
    const line = above.split("\n").length;
    const heading = [...above.matchAll(/^#+ (.*)$/gm)].at(-1)?.[1] ?? "";
    const prelude = before[`${chapter}, ${heading}`] ?? "";
    const whole = (prelude + code).trimStart();
    if (programs.length === 0 || whole.startsWith("import ")) programs.push({ line, heading, blocks: [] });
    programs.at(-1)?.blocks.push({ code: whole, output: output ?? null });
  }
  return programs;
}

const fileOf = (chapter: string, { line }: Program) => join(folder, `${basename(chapter, ".md")}-${line}.ts`);

/** What a program prints between two blocks. */
const boundary = "── the end of a block ──";

function writeProgram(file: string, { blocks }: Program): void {
  const text = blocks.map(({ code }) => `${code}\nconsole.log(${JSON.stringify(boundary)});\n`).join("");
  writeFileSync(file, `${text}export {};\n`);
}

/** What each block prints. */
async function run(file: string): Promise<string[]> {
  const printed = [""];
  const print = (...args: unknown[]) => {
    if (args[0] === boundary) printed.push("");
    else printed[printed.length - 1] += `${format(...args)}\n`;
  };
  vi.spyOn(console, "log").mockImplementation(print);
  vi.spyOn(console, "warn").mockImplementation(print);
  await import(/* @vite-ignore */ pathToFileURL(file).href);
  return printed.slice(0, -1);
}

/** The shown output as a pattern. */
function pattern(output: string): RegExp {
  const lines = output.trimEnd().split("\n");
  const quote = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  const quoted = lines.map((line) => {
    return line === "..." ? "(.*\n)*?" : `${line.trimEnd().split("...").map(quote).join(".*")} *\n`;
  });
  return new RegExp(`^${quoted.join("")}$`);
}

/** The second column of the tables that translate: code in the words of this library, each span an expression. */
const translated = ["docs/pytorch.md", "docs/tensorflow.md"].flatMap((chapter) => {
  const rows = readFileSync(join(root, chapter), "utf8").match(/^\|.*\|$/gm) ?? [];
  return rows.flatMap((row) => [...row.split("|")[2].matchAll(/`([^`]+)`/g)].map(([, code]) => code));
});

async function writeTables(file: string): Promise<void> {
  const modules = ["chainrule", "chainrule/data", "chainrule/io", "chainrule/train", "chainrule/distributions"];
  const exported = await Promise.all(modules.map(async (name) => Object.keys(await import(/* @vite-ignore */ name))));
  const lines = [
    ...modules.map((name, i) => `import * as m${i} from ${JSON.stringify(name)};`),
    ...exported.map((names, i) => `export const { ${names.join(", ")} } = m${i};`),
    "declare const [x, y, index, mask, labels, loss]: readonly m0.Tensor[];",
    "declare const [model, optimizer, dataset]: readonly [m0.Layer, m0.Optimizer, m1.Dataset];",
    "declare const f: (x: m0.Tensor) => m0.Tensor;",
    `export const rows = [\n${translated.map((code) => `() => ${code},\n`).join("")}];`,
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
}

const programs = chapters.flatMap((chapter) => programsOf(chapter).map((program) => ({ chapter, program })));

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { chapter, program } of programs) writeProgram(fileOf(chapter, program), program);
  await writeTables(join(folder, "tables.ts"));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ extends: "../../tsconfig.json", include: ["*.ts"] }));
});
afterEach(() => {
  vi.restoreAllMocks();
});

test("every block is found, and every block that leaves something out", () => {
  const written = chapters.flatMap((chapter) => readFileSync(join(root, chapter), "utf8").match(/^ *```ts/gm) ?? []);
  expect(programs.flatMap(({ program }) => program.blocks)).toHaveLength(written.length);
  const places = programs.map(({ chapter, program }) => `${chapter}, ${program.heading}`);
  expect(places).toEqual(expect.arrayContaining(Object.keys(before)));
});

test("the types of all blocks and of the tables' second column", () => {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const { stdout } = spawnSync(process.execPath, [tsc, "--noEmit", "--pretty", "false", "-p", folder], {
    cwd: folder,
    encoding: "utf8",
  });
  // What is wrong elsewhere, the type check of everything says.
  expect(stdout.split("\n").filter((line) => /^[\w-]+\.ts\(/.test(line))).toEqual([]);
});

test("the reference has no warnings: all that is exported is described, and every link leads somewhere", () => {
  const typedoc = join(root, "docs", "node_modules", "typedoc", "bin", "typedoc");
  const { status, stdout, stderr } = spawnSync(process.execPath, [...optimiseLater, typedoc, "--emit", "none"], {
    cwd: join(root, "docs"),
    encoding: "utf8",
  });
  expect(status, stdout + stderr).toBe(0);
});

test.each(programs.map(({ chapter, program }) => ({ ...program, chapter, program })))(
  "$chapter:$line, $heading",
  async ({ chapter, program }) => {
    const printed = await run(fileOf(chapter, program));
    const wrong = program.blocks.flatMap(({ output }, i) => {
      return output === null || pattern(output).test(printed[i]) ? [] : [{ output, printed: printed[i] }];
    });
    expect(wrong.map(({ printed }) => printed)).toEqual(wrong.map(({ output }) => output));
  },
);
