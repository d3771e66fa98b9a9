// The pieces that run a visitor's program: imports found and replaced, lines of errors, bounded output, Node's texts.
import { expect, it } from "vitest";
import { consoleFor } from "../../src/code/console.ts";
import { importsOf, Refused, withAddresses } from "../../src/code/imports.ts";
import { lineOf } from "../../src/code/lines.ts";
import type { Failure, Output } from "../../src/code/messages.ts";
import { Recorder } from "../../src/code/recorder.ts";

const program = `import { tensor } from "chainrule";
import * as scalar from 'chainrule/scalar'; // not import "a"
export * from "chainrule/io";
const text = 'import x from "b"';
const { split } = await import("chainrule/data");
const f = () => \`\${import("chainrule/model")}\`;
export { text as "with a name" };`;

const failureOf = (text: string): Failure | null => {
  try {
    importsOf(text);
    return null;
  } catch (error) {
    if (error instanceof Refused) return error.failure;
    throw error;
  }
};

it("finds the imports of a program, and only those", () => {
  expect(importsOf(program).map(({ name, line }) => [name, line])).toEqual([
    ["chainrule", 1],
    ["chainrule/scalar", 2],
    ["chainrule/io", 3],
    ["chainrule/data", 5],
    ["chainrule/model", 6],
  ]);
});

it("puts addresses in the place of names, and moves no line", () => {
  const found = withAddresses(program, importsOf(program), (name) => `blob:${name}`);
  expect(found.split("\n").length).toBe(program.split("\n").length);
  expect(importsOf(found).map(({ name }) => name)).toEqual(importsOf(program).map(({ name }) => `blob:${name}`));
  expect(found.replace(/(["'])blob:/g, "$1").replaceAll('"', "'")).toBe(program.replaceAll('"', "'"));
});

it("says where a program does not parse, and where an import cannot be followed", () => {
  expect(failureOf("let a;\n\nlet b = = 1;")).toEqual({ kind: "syntax", words: "Unexpected token", line: 3 });
  expect(failureOf("\nawait import('a' + 'b')")).toEqual({ kind: "computed import", line: 2 });
  expect(failureOf("return 1")).toMatchObject({ kind: "syntax", line: 1 });
});

it("follows a program that is deeply nested, and says where one is nested too deeply", () => {
  const nested = (depth: number) => `${"a(".repeat(depth)}import("chainrule")${")".repeat(depth)}`;
  expect(importsOf(nested(200))).toHaveLength(1);
  expect(failureOf(nested(100_000))).toMatchObject({ kind: "syntax", words: "Not enough stack space to parse input" });
});

it("reads the line of an error from the stacks of Chromium and of Firefox", () => {
  const address = "blob:http://localhost:5173/6f-1";
  const chromium = `TypeError: a\n    at matmul (http://localhost:5173/assets/x.js:1:7)\n    at f (${address}:12:5)\n    at ${address}:20:1`;
  const firefox = `matmul@http://localhost:5173/assets/x.js:1:7\nf@${address}:12:5\n@${address}:20:1\n`;
  expect([lineOf(chromium, address), lineOf(firefox, address)]).toEqual([12, 12]);
  expect(lineOf("Error: a\n    at http://localhost:5173/assets/x.js:1:7", address)).toBe(null);
  expect(lineOf(undefined, address)).toBe(null);
});

const line = (text: string): Output => ({ text, tone: "plain" });
const recorded = (outputs: readonly string[]) => {
  const passed: string[] = [];
  let full = 0;
  const recorder = new Recorder(
    ({ text }) => passed.push(text),
    () => full++,
  );
  for (const text of outputs) recorder.record(line(text));
  return { passed, full, ...recorder.rest() };
};

it("passes everything on while it is not too much", () => {
  const few = Array.from({ length: 500 }, (_, i) => `${i}`);
  expect(recorded(few)).toEqual({ passed: few, full: 0, leftOut: 0, last: [] });
});

it("bounds an output without end: the first ones, the last ones, and how many lie between", () => {
  const many = Array.from({ length: 100_000 }, (_, i) => `${i}`);
  const { passed, full, leftOut, last } = recorded(many);
  expect([passed.length, full, leftOut, last.length]).toEqual([500, 1, 99_400, 100]);
  expect(last.at(-1)).toEqual(line("99999"));
  const long = recorded(Array.from({ length: 100 }, () => "x".repeat(50_000)));
  expect(long.passed.join("").length).toBeLessThan(205_000);
  expect(long.passed[0]).toMatch(/… 40000 more characters$/);
  expect(long.leftOut + long.passed.length + long.last.length).toBe(100);
});

it("prints what Node prints", () => {
  const found: string[] = [];
  const console = consoleFor(({ text, tone }) => found.push(tone === "plain" ? text : `! ${text}`));
  console.log("loss %f after %d", 0.25, 3, { a: [1, 2, new Map([["k", null]])] }, undefined, -0);
  console.group("inside");
  console.info("one\ntwo");
  console.groupEnd();
  console.warn(new Set([1]));
  console.assert(1 > 2, "not so");
  console.count();
  console.count();
  console.table([1]);
  expect(found).toEqual([
    "loss 0.25 after 3 { a: [ 1, 2, Map(1) { 'k' => null } ] } undefined -0",
    "inside",
    "  one\n  two",
    "! Set(1) { 1 }",
    "! Assertion failed: not so",
    "default: 1",
    "default: 2",
    "[ 1 ]",
  ]);
});
