// A reader finds the tests of a file where the file itself is: test/ has the folders of src/, and a test that has the name of a file stands
// in that file's folder.
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");
const below = (folder: string) => readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
const sources = below("src").filter((file) => file.endsWith(".ts"));
const tests = below("test").filter((file) => file.endsWith(".test.ts"));

const stageOf = (file: string) => file.split("/")[0];

it("each folder of tests below a stage's is a folder of that stage", () => {
  const folders = new Set(sources.map(dirname));
  const stages = new Set([...folders].map(stageOf));
  // Others, as test/browser, test the whole library.
  const strange = tests.map(dirname).filter((folder) => stages.has(stageOf(folder)) && !folders.has(folder));
  expect([...new Set(strange)]).toEqual([]);
});

it("a test that has the name of a file in src/ stands in that file's folder", () => {
  const misplaced = tests.flatMap((test) => {
    const namesakes = sources.filter(
      (source) => basename(source, ".ts") === basename(test, ".test.ts") && stageOf(source) === stageOf(test),
    );
    const found = namesakes.length === 0 || namesakes.some((source) => dirname(source) === dirname(test));
    return found ? [] : [`${test}: ${namesakes.join(", ")}`];
  });
  expect(misplaced).toEqual([]);
});

it("the training step of one optimiser is written once, in test/training-step.js", () => {
  // What users write themselves is written out: a page that is bundled, programs, a net of two optimisers.
  const own = /^test\/(training-step\.js|browser\/bundlers\/|(types\/)?programs\/|environments\/|train\/tasks\.ts)/;
  const byHand = ["test", "bench", "onnx/test", "xla/test", "cli/test", "web/test"].flatMap((folder) =>
    below(folder)
      .map((file) => `${folder}/${file}`)
      .filter((file) => /\.[jt]s$/.test(file) && !file.includes("node_modules") && !own.test(file))
      .filter((file) =>
        /(\w+)\.zeroGrad\(\);\s*\w+\.backward\(\);\s*\1\.step\(\);/.test(readFileSync(join(root, file), "utf8")),
      ),
  );
  expect(byHand).toEqual([]);
});

it("no file of sources or tests has more than 400 lines (biome.json holds functions of sources to 60)", () => {
  const beside = ["cli", "onnx", "web", "xla"].flatMap((name) => [`${name}/src`, `${name}/test`]);
  const lengths = ["src", "test", "cli/browser", "web/build", ...beside].flatMap((folder) =>
    below(folder)
      .map((file) => `${folder}/${file}`)
      .filter((file) => /\.(ts|svelte)$/.test(file) && !file.includes("node_modules"))
      .map((file) => ({ file, lines: readFileSync(join(root, file), "utf8").trimEnd().split("\n").length })),
  );
  expect(lengths.length).toBeGreaterThan(1000);
  expect(lengths.filter(({ lines }) => lines > 400)).toEqual([]);
});
