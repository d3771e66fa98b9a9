// One small program in the forms that environments want: as an ES module, as CommonJS, and as a test of Jest. Each loads every public
// entry of the library that runs there.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, "..", "..", "package.json"), "utf8"));
/** The entries below "chainrule/", of which one is for Node alone. */
const inNode = Object.keys(manifest.exports as Record<string, unknown>).flatMap(
  (entry) => /^\.\/(\w+)$/.exec(entry)?.[1] ?? [],
);
const anywhere = inNode.filter((entry) => entry !== "node");

/** Uses what is called `chainrule` there. */
export const training = readFileSync(join(import.meta.dirname, "train.js"), "utf8");

const imports = (entries: readonly string[]): string =>
  [
    `import * as chainrule from "chainrule";`,
    ...entries.map((entry) => `import * as ${entry}Entry from "chainrule/${entry}";`),
    `if ([${entries.map((entry) => `${entry}Entry`)}].some((entry) => Object.keys(entry).length === 0)) throw new Error("empty");\n`,
  ].join("\n");

const requires = (entries: readonly string[]): string =>
  [
    `const chainrule = require("chainrule");`,
    `for (const entry of ${JSON.stringify(entries)})`,
    `  if (Object.keys(require("chainrule/" + entry)).length === 0) throw new Error("empty");\n`,
  ].join("\n");

export const programs = {
  /** For Node and its like. */
  "program.mjs": imports(inNode) + training,
  "program.cjs": requires(inNode) + training,
  "program.ts": imports(inNode) + training,
  /** For bundlers. */
  "page.js": imports(anywhere) + training,
  "program.test.js": `test("trains", () => new Promise((tell) => {\n${requires(inNode)}${training}\n}).then((outcome) => {
  require("node:fs").writeFileSync(process.env.OUTCOME, JSON.stringify(outcome));
}), 30_000);\n`,
} as const satisfies Record<string, string>;

/** What TypeScript is to find the types of, below "chainrule/" too. */
const typed = `import { Tensor, tensor } from "chainrule";
import { Value } from "chainrule/scalar";
import { batches } from "chainrule/data";
import { readSafetensors } from "chainrule/io";
import { accuracy } from "chainrule/train";
import { traceGraph } from "chainrule/compiler";
import { loadMnist } from "chainrule/node";
export const known: Tensor = tensor([new Value(1).data]);
// @ts-expect-error
export const wrong: string = tensor([1]);
export const others = [batches, readSafetensors, accuracy, traceGraph, loadMnist] as const;
// @ts-expect-error
export const noNumber: number = others[4];
`;
export const typedPrograms = { "typed.mts": typed, "typed.cts": typed, "typed.ts": typed } as const;

/** What the program says of itself. */
export interface Outcome {
  readonly error?: string;
  /** After 200 steps. */
  readonly loss: number;
  readonly threads: number;
  /** The last loss of a wider net, on one thread and on all. */
  readonly wide: readonly [alone: number, together: number];
  /** What a logarithm of -1 is answered with. */
  readonly refusal: string;
}
