// A reader finds the tests of a file where the file itself is: test/ has the folders of src/, and tests named after a file stand in its folder.
import { readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");
const below = (folder: string) => readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
const sources = below("src").filter((file) => file.endsWith(".ts"));
const tests = below("test").filter((file) => file.endsWith(".test.ts"));

/** These folders of test/ have no counterpart: what they test is the whole library. */
const whole = ["browser", "fixtures", "roundtrip", "programs"];
/** Tests of the house itself. */
const house = ["imports.test.ts"];

it("each folder of tests is a folder of src/", () => {
  const folders = new Set(sources.map(dirname));
  const strange = tests.map(dirname).filter((folder) => !folders.has(folder) && !whole.includes(folder.split("/")[0]));
  expect([...new Set(strange)]).toEqual([]);
});

it("a test that has the name of a file in src/ stands in that file's folder", () => {
  const misplaced = tests.flatMap((test) => {
    const namesakes = sources.filter((source) => basename(source, ".ts") === basename(test, ".test.ts"));
    const found = namesakes.length === 0 || namesakes.some((source) => dirname(source) === dirname(test));
    return found || house.includes(test) ? [] : [`${test}: ${namesakes.join(", ")}`];
  });
  expect(misplaced).toEqual([]);
});
