// The net of the opening does what the page says of it.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { readModel } from "chainrule/model";
import { loadMnist } from "chainrule/node";
import { evaluate } from "chainrule/train";
import { expect, it } from "vitest";
import { readerOf } from "../../src/hero/reader.ts";

const folder = resolve(import.meta.dirname, "../../src/hero");
const bytes = new Uint8Array(readFileSync(resolve(folder, "digits.safetensors")));

it("reads as many of MNIST's test digits as its record says", async () => {
  const record = JSON.parse(readFileSync(resolve(folder, "record.json"), "utf8"));
  const { net, description } = readModel(bytes);
  const { test } = await loadMnist();
  const { accuracy } = await evaluate(net, test, description.normalisation);
  const parameters = net.parameters().reduce((sum, { size }) => sum + size, 0);
  // Sums in another order, as other numbers of threads have them, may move a digit on the edge.
  expect(Math.abs(accuracy - record.accuracy)).toBeLessThanOrEqual(2e-4);
  expect([record.testPictures, record.parameters, record.bytes]).toEqual([test.labels.size, parameters, bytes.length]);
});

it("reads a drawing of any size, and says nothing of an empty one", () => {
  const read = readerOf(bytes);
  const data = new Uint8ClampedArray(4 * 90 * 150).map((_, i) => (i % 4 === 3 ? 255 : 0));
  expect(read({ width: 90, height: 150, data })).toBeNull();
  for (let y = 20; y < 130; y++) for (let x = 40; x < 50; x++) data.fill(255, 4 * (90 * y + x), 4 * (90 * y + x) + 3);
  const chances = read({ width: 90, height: 150, data }) ?? [];
  expect(chances.indexOf(Math.max(...chances))).toBe(1);
  expect(chances.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 5);
});
