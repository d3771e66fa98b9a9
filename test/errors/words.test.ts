// The words of an error are for people: they are printed, and nothing is decided by them. Programs go by code, call and details.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..", "..");

/** Where words are only cut or indented to be printed. */
const printed: readonly string[] = [
  "src/io/header.ts: error.message.slice(0, 120)",
  "src/errors/error.ts: this.stack?.replace(before, ()",
  "web/src/code/imports.ts: error.message.replace(/ \\(\\d+:\\d+\\)",
];

const questions =
  "startsWith|endsWith|includes|indexOf|search|match|matchAll|slice|substring|split|replace|replaceAll|at";
const looksInto = [
  // error.message.startsWith("fit: ")
  new RegExp(`\\w+\\??\\.(?:message|words|stack)\\??\\.(?:${questions})\\(.*?\\)`, "g"),
  // /^fit: /.test(error.message)
  /\.(?:test|exec)\([^()]*\.(?:message|words|stack)\)/g,
  // error.message === "..."
  /\w+\.(?:message|words) [!=]== ["'`].*/g,
];

it("nothing in the library, the command line, the page, chainrule-onnx and chainrule-xla decides by an error's words", () => {
  const found = ["src", "cli/src", "onnx/src", "xla/src", "web/src", "web/build"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.(ts|svelte)$/.test(file))
      .flatMap((file) => {
        const text = readFileSync(join(root, folder, file), "utf8");
        return looksInto.flatMap((of) => [...text.matchAll(of)].map(([use]) => `${folder}/${file}: ${use}`));
      }),
  );
  expect(found.sort()).toEqual([...printed].sort());
});
