// The engine of the visitor's own classes, without a page: features are computed once for each picture, pictures come back from the bin, classes
// are learned in both ways, and the model is the same in its file and as ONNX.
import { randn } from "chainrule";
import { readSafetensors, writeSafetensors } from "chainrule/io";
import { buildBackbone, readBackbone } from "chainrule/model";
import { describe, expect, it } from "vitest";
import { load } from "../../../onnx/test/run.ts";
import { Album, side } from "../../src/classes/engine/album.ts";
import { learnFromFeatures } from "../../src/classes/engine/from-features.ts";
import { foldsOf, learnFromNothing, smallSide } from "../../src/classes/engine/from-nothing.ts";
import { judgedOf } from "../../src/classes/engine/judge.ts";
import { isUnlike, likenessOf } from "../../src/classes/engine/likeness.ts";
import { Model } from "../../src/classes/engine/model.ts";
import { halved } from "../../src/classes/engine/pictures.ts";
import { fetchFile, NotFetched } from "../../src/classes/engine/pretrained.ts";
import type { Store } from "../../src/classes/engine/store.ts";

/** A browser's storage, with what it holds. */
function storage(): { readonly store: Store; readonly held: Map<string, unknown> } {
  const held = new Map<string, unknown>();
  return {
    held,
    store: {
      recall: async (key) => held.get(key),
      remember: async (key, value) => held.set(key, structuredClone(value)).has(key),
      forget: async (key) => void held.delete(key),
    },
  };
}

/** A picture of a bar, upright or lying, at a place. */
function bar(upright: boolean, place: number, level = 20): Uint8Array {
  const bytes = new Uint8Array(3 * side * side).fill(255);
  for (let c = 0; c < 3; c++)
    for (let along = 40; along < 184; along++)
      for (let across = place; across < place + 28; across++) {
        const [y, x] = upright ? [along, across] : [across, along];
        bytes[(c * side + y) * side + x] = level;
      }
  return bytes;
}

describe("the album", () => {
  it("computes the features of a picture once, also over visits, and anew for another net", async () => {
    const { store } = storage();
    const album = new Album(store);
    await album.add("a", bar(true, 30));
    await album.add("b", bar(false, 30));
    const asked: number[] = [];
    const featuresOf = async (pictures: readonly Uint8Array[]) => {
      asked.push(pictures.length);
      return pictures.map(([first]) => Float32Array.of(first, asked.length));
    };
    await album.compute("net 1", album.without("net 1"), featuresOf);
    await album.add("c", bar(true, 90));
    expect(album.without("net 1")).toEqual(["c"]);
    await album.compute("net 1", album.without("net 1"), featuresOf);
    expect(asked).toEqual([2, 1]);

    const later = new Album(store);
    expect((await later.recall(["a", "gone", "c"])).map(({ id }) => id)).toEqual(["a", "c"]);
    expect([...(later.features("net 1", "c") ?? [])]).toEqual([255, 2]);
    expect(later.without("net 2")).toEqual(["a", "c"]);
    expect(later.features("net 2", "c")).toBeNull();
  });

  it("gives back what was removed last, and stores nothing of it meanwhile", async () => {
    const { store, held } = storage();
    const album = new Album(store);
    for (const id of ["a", "b", "c"]) await album.add(id, bar(true, 30));
    album.remove(["a"]);
    expect([...held.keys()]).toEqual(["classes picture b", "classes picture c"]);
    album.remove(["b"]);
    await album.restore(["a", "b"]);
    expect([album.bytes("a"), album.bytes("b")?.length]).toEqual([null, 3 * side * side]);
    expect(held.has("classes picture b")).toBe(true);
  });

  it("says when the browser stores nothing, and goes on", async () => {
    const album = new Album({ ...storage().store, remember: async () => false });
    expect(await album.add("a", bar(true, 30))).toBe(false);
    expect(album.bytes("a")).not.toBeNull();
  });
});

it("a judgement counts the pictures that were left out, and names those that were taken for another class", () => {
  const labelled = { pictures: ["a", "b", "c"], labels: Int32Array.of(0, 1, 1), classes: ["x", "y"] };
  expect(judgedOf(labelled, Int32Array.of(1, -1, 1), 3)).toEqual({
    ...{ count: 2, right: 1, folds: 3 },
    mistakes: [{ picture: "a", truth: 0, answer: 1 }],
  });
  expect(judgedOf(labelled, Int32Array.of(-1, -1, -1), null)).toBeNull();
});

describe("a small conv net", () => {
  const examples = Array.from({ length: 12 }, (_, n) => ({ label: n % 2, bytes: bar(n % 2 === 0, 20 + 12 * n) }));
  const labelled = {
    pictures: examples.map((_, n) => String(n)),
    labels: Int32Array.from(examples, ({ label }) => label),
    classes: ["upright", "lying"],
    bytes: examples.map(({ bytes }) => bytes),
  };
  const { signal } = new AbortController();

  it("learns drawings from nothing, is judged by what it did not learn, and answers the same from its file and as ONNX", async () => {
    const parts: number[] = [];
    const progressed = (part: number) => parts.push(part);
    const learned = await learnFromNothing(labelled, { progressed, testing: progressed, seed: 0, signal });
    expect(learned.judged).toEqual({ count: 12, right: 12, folds: 3, mistakes: [] });
    expect(learned.description.input).toEqual([1, smallSide, smallSide]);
    expect(parts).toEqual([...parts].sort((a, b) => a - b));

    const model = new Model(learned, learned.likeness);
    const bytes = bar(true, 75);
    const data = new Uint8ClampedArray(4 * side * side).map((_, i) => (i % 4 === 3 ? 255 : bytes[Math.floor(i / 4)]));
    const picture = { width: side, height: side, data };
    const answer = await model.answer(picture);
    expect(answer?.probabilities[0]).toBeGreaterThan(0.8);
    expect(answer?.isUnlike).toBe(false);
    expect(await Model.read(model.bytes, learned.likeness).answer(picture)).toEqual(answer);
    // White paper is like no bar, and a model from a file alone does not know what it learned from.
    const blank = { ...picture, data: new Uint8ClampedArray(picture.data.length).fill(255) };
    expect((await model.answer(blank))?.isUnlike).toBe(true);
    expect((await Model.read(model.bytes).answer(blank))?.isUnlike).toBe(false);
    expect(readSafetensors(model.bytes).metadata.format).toBe("chainrule-model-1");

    const session = await load(await model.onnx());
    const x = randn([3, 1, smallSide, smallSide]);
    const [found, expected] = [(await session(x)).data, model.net.forward(x).data];
    for (const [n, logit] of expected.entries()) expect(found[n]).toBeCloseTo(logit, 4);
  });

  it("ends when it is stopped", async () => {
    const controller = new AbortController();
    const course = { testing: () => {}, seed: 0, signal: controller.signal };
    const learning = learnFromNothing(labelled, { ...course, progressed: () => controller.abort() });
    await expect(learning).rejects.toThrow(/abort/i);
  });

  it("spreads the pictures of each class over all folds", () => {
    expect([...(foldsOf(Int32Array.of(0, 0, 0, 0, 1, 1), 2) ?? [])]).toEqual([0, 1, 2, 0, 0, 1]);
    expect(foldsOf(Int32Array.of(0, 1), 2)).toBeNull();
  });
});

it("features make the model that withClassifier makes, and judge it", async () => {
  const backbone = readBackbone(writeSafetensors(buildBackbone("squeezenet1_1").stateDict()));
  const features = Array.from({ length: 10 }, (_, n) =>
    Float32Array.from({ length: 512 }, (_, d) => Math.sin(17 * n + 31 * d) + 3 * Number(d === n % 2)),
  );
  const labels = Int32Array.from(features, (_, n) => n % 2);
  const labelled = { pictures: features.map((_, n) => `p${n}`), labels, classes: ["even", "odd"], features };
  let last = 0;
  const { description, judged } = await learnFromFeatures({ backbone }, labelled, {
    progressed: (part) => (last = part),
    seed: 0,
  });
  expect(description.architecture).toEqual([["squeezenet1_1"], ["Linear", 512, 2]]);
  expect([judged?.count, judged?.folds, last]).toEqual([10, 5, 1]);
});

it("a picture is unlike the learned ones where its angle to each is larger than theirs to each other", async () => {
  const learned = Array.from({ length: 20 }, (_, n) => Float32Array.of(1, 0.05 * n, 0));
  const likeness = await likenessOf(learned, "conv");
  expect(likeness.limit).toBe(0.12);
  expect(isUnlike(likeness, Float32Array.of(7, 3, 0.5))).toBe(false);
  expect(isUnlike(likeness, Float32Array.of(0, 0.1, 1))).toBe(true);
  expect(isUnlike(likeness, new Float32Array(3))).toBe(true);
  const spread = await likenessOf(
    [
      [1, 0],
      [0, 1],
      [1, 1],
    ].map((row) => Float32Array.from(row)),
    "conv",
  );
  expect(spread.limit).toBeCloseTo(1 - Math.SQRT1_2);
});

it("a small picture has the mean of 2 × 2 pixels", () => {
  const bytes = new Uint8Array(3 * side * side);
  bytes.set([10, 30], 0);
  bytes.set([50, 70], side);
  bytes[2 * side * side] = 200;
  expect([...halved(bytes).subarray(0, 4)]).toEqual([40, 0, 50, 255]);
});

it("a file that is fetched is told as it arrives, and what prevents it is named", async () => {
  const parts: number[] = [];
  const signal = new AbortController().signal;
  const arrived = (part: number) => parts.push(part);
  expect([...(await fetchFile("data:application/octet-stream;base64,AQID", { signal, arrived }))]).toEqual([1, 2, 3]);
  const failed = fetchFile("http://127.0.0.1:1/none", { signal, arrived });
  await expect(failed).rejects.toBeInstanceOf(NotFetched);
});
