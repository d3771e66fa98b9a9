// Counts, sizes and rates are checked in one place, so that every call says in the same words what it takes.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  Adam,
  BatchNorm2d,
  ChainruleError,
  clipGradNorm,
  compile,
  cosineSchedule,
  Dropout,
  Linear,
  linspace,
  manualSeed,
  ones,
  tensor,
  zeros,
} from "chainrule";
import { batches, split } from "chainrule/data";
import { confusionMatrix } from "chainrule/train";
import { expect, it } from "vitest";
import { checkNumber, checkWhole, isNumber, isWhole } from "../../src/errors/numbers.ts";

const weight = zeros([1], { requiresGrad: true });
const pictures = {
  images: zeros([4, 1, 2, 2], { dtype: "uint8" }),
  labels: tensor(new Int32Array(4)),
  classes: ["a"],
};

it.each<[string, call: () => unknown]>([
  ["Linear: inFeatures is a whole number from 1, not 0", () => new Linear(0, 1)],
  ["Linear: outFeatures is a whole number from 1, not 1.5", () => new Linear(1, 1.5)],
  ['Linear: inFeatures is a whole number from 1, not "2"', () => new Linear("2" as never, 1)],
  ["BatchNorm2d: momentum is a number from 0 to 1, not 2", () => new BatchNorm2d(1, { momentum: 2 })],
  ["BatchNorm2d: eps is a number from 0, not NaN", () => new BatchNorm2d(1, { eps: Number.NaN })],
  ["Dropout: p is a number from 0 to 1, not -1", () => new Dropout(-1)],
  ["Adam: lr is a number from 0, not Infinity", () => new Adam([weight], { lr: Number.POSITIVE_INFINITY })],
  ["Adam: betas[1] is a number from 0 and below 1, not 1", () => new Adam([weight], { betas: [0.9, 1] })],
  ["clipGradNorm: maxNorm is a number from 0, or Infinity, not -1", () => clipGradNorm([weight], -1)],
  ["cosineSchedule: warmup is a number from 0 to 5, not 6", () => cosineSchedule({ peak: 1, steps: 5, warmup: 6 })],
  ["compile: threads is a whole number from 1, not 0", () => compile(() => ones([1]), { threads: 0 })],
  ["linspace: steps is a whole number from 0, not -1", () => linspace(0, 1, -1)],
  ["manualSeed: the seed is a whole number, not 0.5", () => manualSeed(0.5)],
  ["oneHot: classes is a whole number from 0, not -1", () => tensor([0], { dtype: "int32" }).oneHot(-1)],
  ["chunk: count is a whole number from 1, not 0", () => ones([4]).chunk(0)],
  ["batches: batchSize is a whole number from 1, not 0", () => batches(pictures, { batchSize: 0 })],
  ["batches: seed is a whole number from 0, not -1", () => batches(pictures, { batchSize: 2, seed: -1 })],
  ["split: fraction is a number above 0 and below 1, not 1", () => split(pictures, { fraction: 1 })],
  ["split: seed is a whole number from 0, not 0.5", () => split(pictures, { seed: 0.5 })],
  ["confusionMatrix: classes is a whole number from 1, not 0", () => confusionMatrix([0], [0], 0)],
])("%s", (message, call) => {
  expect(call).toThrow(ChainruleError);
  expect(call).toThrow(expect.objectContaining({ code: "option", message }));
});

it("each bound includes or excludes its number as its name says", () => {
  const inside = (bounds: Parameters<typeof isNumber>[1]) =>
    [-1, 0, 0.5, 1, 2, Number.POSITIVE_INFINITY, Number.NaN, "1", null].filter((value) => isNumber(value, bounds));
  expect(inside({})).toEqual([-1, 0, 0.5, 1, 2]);
  expect(inside({ from: 0, to: 1 })).toEqual([0, 0.5, 1]);
  expect(inside({ above: 0, below: 1 })).toEqual([0.5]);
  expect(inside({ from: 1, to: Number.POSITIVE_INFINITY })).toEqual([1, 2, Number.POSITIVE_INFINITY]);
  expect([1, 1.5, 2 ** 53, "1"].filter((value) => isWhole(value))).toEqual([1]);
  expect(() => checkNumber("f", "x", 1, { below: 1 })).toThrow("f: x is a number below 1, not 1");
  expect(() => checkWhole("f", "x", null, { above: 2, to: 9 })).toThrow(
    "f: x is a whole number above 2 to 9, not null",
  );
});

it("no other file has its own wording for these checks", () => {
  const root = resolve(import.meta.dirname, "..", "..", "src");
  // These take a number or a list; scalar imports nothing.
  const also = ["scalar/nn.ts", "scalar/value.ts", "tensor/functions.ts", "tensor/splitting.ts"];
  also.push("nn/images/padding.ts", "tensor/resize/interpolate.ts", "tensor/sizes.ts");
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const said = /`[^`\n]*\b(?:(?:is|are|be) an? (?:whole |positive )?(?:number|integer)|whole number (?:of|from|on))\b/;
  const found = files.filter((file) => said.test(readFileSync(join(root, file), "utf8")));
  expect(found.sort()).toEqual([...also].sort());
});
