// train --folds: each picture is asked about once, by a net that has learned from all pictures but those of its fold.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { tensor } from "chainrule";
import type { Dataset } from "chainrule/data";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/node/synthetic.ts";
import { GaveUp } from "../src/failure.ts";
import { assignFolds, chosen, originalsOf, poolOf } from "../src/folds/assign.ts";
import { learnFromFeatures } from "../src/folds/features.ts";
import { crossValidate, type Fold, spreadOf } from "../src/folds/folds.ts";
import { checkFolds, checkMemory } from "../src/folds/options.ts";
import { Screen } from "../src/terminal/screen.ts";
import { fitHead } from "../src/transfer/head.ts";
import { writeBackbone } from "./backbone-file.ts";
import { chainrule, events } from "./command.ts";
import { writePictures } from "./pictures.ts";

/** Pictures of one pixel, whose levels say which are copies. */
function pixels(levels: readonly number[], labels: readonly number[], names = "abcdef"): Dataset {
  const images = tensor(Uint8Array.from(levels), { shape: [levels.length, 1, 1, 1] });
  const classes = [...names].slice(0, Math.max(...labels) + 1);
  return { images, labels: tensor(Int32Array.from(labels)), classes };
}

describe("the folds", () => {
  test("have as many pictures of each class as can be, and as many in all; copies stay together", () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    let state = seed;
    const below = (bound: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * bound);
    };
    for (let round = 0; round < 50; round++) {
      const folds = 2 + below(6);
      const count = folds + below(60);
      const labels = Int32Array.from({ length: count }, () => below(4));
      const alone = Int32Array.from(labels.keys());
      const foldOf = assignFolds(labels, { folds, seed: round, originals: alone });
      const sizes = (takes: (n: number) => boolean) =>
        Array.from({ length: folds }, (_, fold) => alone.filter((n) => foldOf[n] === fold && takes(n)).length);
      const unevenness = (own: readonly number[]) => Math.max(...own) - Math.min(...own);
      for (let label = 0; label < 4; label++)
        expect(unevenness(sizes((n) => labels[n] === label)), `seed ${seed}`).toBeLessThanOrEqual(1);
      expect(unevenness(sizes(() => true)), `seed ${seed}`).toBeLessThanOrEqual(1);
      // A third of the pictures are copies of another one.
      const originals = alone.map((n) => (n % 3 === 2 ? n - 1 - below(2) : n)).map((n, _, all) => all[n]);
      const grouped = assignFolds(labels, { folds: 2, seed: round, originals });
      for (const n of alone) expect(grouped[n], `seed ${seed}`).toBe(grouped[originals[n]]);
    }
  });

  test("follow from the seed", () => {
    const labels = new Int32Array(40);
    const originals = Int32Array.from(labels.keys());
    const of = (seed: number) => [...assignFolds(labels, { folds: 4, seed, originals })];
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });

  test("take copies by their bytes, also those of another class, and pictures for validation too", () => {
    const data = pixels([5, 7, 5, 9, 7, 5], [0, 0, 1, 1, 0, 0]);
    expect([...originalsOf(data)]).toEqual([0, 1, 0, 3, 1, 0]);
    const validation = pixels([8, 5], [1, 0]);
    const files = { train: [..."abcdef"], validation: ["v", "w"], test: [] };
    const pool = poolOf({ train: data, validation, files } as never);
    expect([[...pool.data.images.data], [...pool.data.labels.data], pool.files?.join("")]).toEqual([
      [5, 7, 5, 9, 7, 5, 8, 5],
      [0, 0, 1, 1, 0, 0, 1, 0],
      "abcdefvw",
    ]);
    expect([...originalsOf(pool.data)]).toEqual([0, 1, 0, 3, 1, 0, 6, 0]);
    const some = chosen(pool.data, [6, 3]);
    expect([[...some.images.data], [...some.labels.data]]).toEqual([
      [8, 9],
      [1, 1],
    ]);
  });
});

describe("a cross-validation", () => {
  const data = pixels([1, 2, 3, 4, 5, 6, 7, 1, 9], [0, 0, 0, 1, 1, 1, 1, 0, 2]);

  function listening() {
    const screen = new Screen(true);
    const said: string[] = [];
    const told: Record<string, unknown>[] = [];
    screen.say = (text = "") => void said.push(text);
    screen.event = (event, fields) => void told.push({ event, ...fields });
    return { screen, said, told };
  }

  test("asks about each picture once, tells each fold, and pools all answers", async () => {
    const { screen, said, told } = listening();
    const seen: Fold[] = [];
    // Always answers the first class, and is surest of picture 6.
    const learn = async (fold: Fold) => {
      seen.push(fold);
      return Float32Array.from(fold.held.flatMap((n) => (n === 6 ? [0.9, 0.1, 0] : [0.6, 0.2, 0.2])));
    };
    const files = [..."abcdefghi"];
    await crossValidate({ screen, pool: { data, files }, folds: 3, seed: 4, learn });
    expect(seen.flatMap(({ held }) => held).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    for (const { held, learned } of seen) expect([...held, ...learned].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    // Picture 7 is a copy of picture 0.
    expect(seen.some(({ held }) => held.includes(0) && held.includes(7))).toBe(true);
    expect(said[0]).toBe(
      "cross-validation in 3 folds of the 9 pictures to learn from, without those to test; 1 exact copy stays with the original",
    );
    expect(said[1]).toMatch(/^one class has a single picture, such as "c": the net that is asked/);
    expect(told.map(({ event }) => event)).toEqual(["fold", "fold", "fold", "folds"]);
    const accuracies = seen.map(({ held }) => held.filter((n) => data.labels.data[n] === 0).length / held.length);
    expect(told[3]).toMatchObject({
      ...{ accuracies, ...spreadOf(accuracies) },
      accuracy: 4 / 9,
      confusion: [
        [4, 0, 0],
        [4, 0, 0],
        [1, 0, 0],
      ],
      metrics: { perClass: [{ class: "a", recall: 1 }, { recall: 0 }, { recall: 0 }] },
    });
    expect(said.join("\n")).toMatch(
      /^3 folds: \d\d\.\d\d % ± \d+\.\d\d % \(mean and .*; it recognises 4 of all 9 pictures \(44\.44 %\)$/m,
    );
    expect(said.join("\n")).toMatch(/the worst first:\n {2}g: says a \(90\.00 %\), is b/);
  });

  test("ends where the user stops it, and says in which fold", async () => {
    const { screen, said, told } = listening();
    const learn = async ({ fold, held }: Fold) => {
      if (fold === 1) throw new GaveUp();
      return new Float32Array(3 * held.length);
    };
    await expect(crossValidate({ screen, pool: { data, files: null }, folds: 3, seed: 0, learn })).rejects.toThrow(
      GaveUp,
    );
    expect(said.at(-1)).toBe("stopped in fold 2 of 3");
    expect(told.map(({ event }) => event)).toEqual(["fold"]);
  });

  test("needs a different picture for each fold", async () => {
    const learn = async () => new Float32Array();
    const { screen } = listening();
    await expect(crossValidate({ screen, pool: { data, files: null }, folds: 9, seed: 0, learn })).rejects.toThrow(
      "--folds 9: there are 8 different pictures to learn from; give a number from 2 to 8",
    );
  });

  test("has the mean and the standard deviation of a sample", () => {
    const { mean, sd } = spreadOf([0.8, 0.9, 1]);
    expect([mean, sd]).toEqual([expect.closeTo(0.9, 12), expect.closeTo(0.1, 12)]);
  });

  test("of features fits the classifier of the others, with a penalty of its own", async () => {
    const [count, size] = [24, 5];
    const labels = Int32Array.from({ length: count }, (_, n) => n % 3);
    const features = Float32Array.from({ length: count * size }, (_, i) => {
      const [n, d] = [Math.floor(i / size), i % size];
      return (d === labels[n] ? 1 : 0) + ((n * 37 + d * 11) % 13) / 13;
    });
    const common = { classes: 3, seed: 5, check: () => {} };
    const held = [0, 7, 14, 20];
    const learned = [...labels.keys()].filter((n) => !held.includes(n));
    const learn = learnFromFeatures({ examples: { features, labels }, ...common });
    const found = await learn({ fold: 0, folds: 6, learned, held });
    const rows = (indices: readonly number[]) =>
      Float32Array.from(indices.flatMap((n) => [...features.subarray(n * size, (n + 1) * size)]));
    const own = { features: rows(learned), labels: Int32Array.from(learned, (n) => labels[n]) };
    const { weight, bias } = await fitHead(own, { ...common, validation: null });
    const x = tensor(rows(held), { shape: [4, size] });
    const expected = x.matmul(weight.transpose()).add(bias).softmax(1).data;
    for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i], 6);
  });
});

test.each([
  [{ final: false }, /^--no-final: is for --folds/],
  [{ folds: 5, resume: "m.safetensors" }, /^--folds 5: is for a new training, and m\.safetensors goes on/],
  [{ folds: 5, finetune: true }, /^--folds 5: asks about a classifier on the features, and not .* --finetune/],
  [{ folds: 5, final: false, out: "m.safetensors" }, /^--no-final: .* nothing for --out m\.safetensors/],
  [{ folds: 5, final: false, report: "r.html" }, /nothing for --report r\.html/],
])("%o is refused", (options, words) => {
  expect(() => checkFolds(options)).toThrow(words);
  expect(() => checkFolds({ folds: 5, final: true, out: "m", report: "r" })).not.toThrow();
});

test("pictures that do not fit into memory four times are refused before they are decoded", () => {
  expect(() => checkMemory(5, 1e9, 4e9)).not.toThrow();
  expect(() => checkMemory(5, 15e9, 16e9)).toThrow(
    /^--folds 5: the pictures take 15\.0 GB, decoded, .* of which there are 16\.0 GB; give a smaller --size/,
  );
});

describe("chainrule train --folds", () => {
  const cwd = temporaryFolder();
  const cache = temporaryFolder();
  const run = (...args: string[]) => chainrule(["train", ...args, "--json"], { cwd, env: { CHAINRULE_CACHE: cache } });
  const names = (told: readonly { readonly event: string }[]) => told.map(({ event }) => event);

  beforeAll(() => {
    writePictures(join(cwd, "pictures"), { classes: ["across", "along"], each: 8, side: 40, coloured: true });
    writeBackbone(join(cwd, "net.safetensors"));
  });

  test("computes the features once for all folds, and then fits the model", async () => {
    const finished = await run("pictures", "--from", "net.safetensors", "--folds", "2", "--validation", "0.2");
    expect(finished.code, finished.stderr).toBe(0);
    const told = events(finished);
    expect(names(told)).toEqual(["start", "fold", "fold", "folds", "head", "test", "done"]);
    expect(finished.stderr.match(/computed the features of 13 pictures/g)).toHaveLength(1);
    expect(told.filter(({ event }) => event === "fold").map(({ pictures }) => pictures)).toEqual([7, 6]);
    expect(existsSync(join(cwd, "pictures-mobilenet_v3_small.safetensors"))).toBe(true);
  });

  test("trains a net for each fold, the same for the same seed, and with --no-final writes nothing", async () => {
    const before = readdirSync(cwd);
    const args = [
      "pictures",
      "--from",
      "none",
      "--model",
      "mlp",
      "--epochs",
      "3",
      "--folds",
      "2",
      "--no-final",
      "--no-augment",
    ];
    const first = await run(...args);
    expect(first.code, first.stderr).toBe(0);
    expect(names(events(first))).toEqual(["fold", "fold", "folds", "done"]);
    expect(first.stderr).toContain("no model is trained, as --no-final asks for");
    expect(readdirSync(cwd)).toEqual(before);
    const scoresOf = (told: readonly Record<string, unknown>[]) => told[2];
    expect(scoresOf(events(await run(...args)))).toEqual(scoresOf(events(first)));
  });

  test("refuses numbers of folds that make no sense", async () => {
    for (const [folds, words] of [
      ["1", /Give a whole number from 2/],
      ["x", /Give a whole number from 2/],
      ["14", /^error: --folds 14: there are 13 different pictures/m],
    ] as const) {
      const { code, stderr } = await run("pictures", "--from", "net.safetensors", "--folds", folds);
      expect([code, stderr]).toEqual([2, expect.stringMatching(words)]);
    }
  });
});
