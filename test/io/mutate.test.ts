// Damaged files: `npx tsx test/mutate-forever.ts SEED COUNT` tries more of them.
import { beforeAll, expect, test } from "vitest";
import { fileOf, survive, tell } from "./survive.ts";
import { makeTargets, type Target } from "./targets.ts";

const names = [
  ...["safetensors", "IDX", "IDX, gzipped"],
  ...["PNG, sharp", "PNG, jimp", "JPEG, sharp", "JPEG, jimp", "GIF, sharp", "GIF, jimp", "BMP, jimp"],
  ...["WebP, sharp", "AVIF, sharp", "TIFF, sharp"],
];
let targets: readonly Target[];
beforeAll(async () => {
  targets = await makeTargets();
});

const find = (name: string) => targets.find((target) => target.name === name) ?? targets[0];

test("every target is tried here", () => {
  expect(targets.map(({ name }) => name)).toEqual(names);
});

test.each(names)("%s: the good files are read, within their allowance", async (name) => {
  const target = find(name);
  for (const file of target.seeds) await target.read(file);
});

test.each(names)("%s: 400 damaged ones are read, or refused by a clean error, without much memory", async (name) => {
  const target = find(name);
  const problems: string[] = [];
  for (let seed = 0; seed < 400; seed++) {
    const finding = await survive(target, seed);
    if (finding !== null) problems.push(tell(finding));
  }
  expect(problems.join("\n")).toBe("");
});

test("a seed brings its file back", () => {
  const target = find("PNG, jimp");
  for (let seed = 0; seed < 20; seed++) expect(fileOf(target, seed)).toEqual(fileOf(target, seed));
  expect(fileOf(target, 1)).not.toEqual(fileOf(target, 2));
});
