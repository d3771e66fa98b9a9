// The visitor's own classes as plain data: changes of the list, what a training still needs, and how sure a count of right answers is.
import { describe, expect, it } from "vitest";
import {
  type ClassEntry,
  fewest,
  learnable,
  missingIn,
  pictureIds,
  renamed,
  signatureOf,
  storedList,
  withClass,
  withoutClass,
  withoutPictures,
  withPictures,
} from "../../src/classes/list.ts";
import { likelyRange } from "../../src/classes/score.ts";

const entry = (name: string, count: number): ClassEntry => ({
  id: `id ${name}`,
  name,
  pictures: Array.from({ length: count }, (_, n) => ({ id: `${name} ${n}`, origin: "file" })),
});
const list = [entry("mug", 3), entry("cup", 2)];

describe("the list", () => {
  it("has pictures removed and put back at their place", () => {
    const less = withoutPictures(list, ["mug 1", "cup 0"]);
    expect(pictureIds(less)).toEqual(["mug 0", "mug 2", "cup 1"]);
    expect(withPictures(less, "id mug", [{ id: "mug 1", origin: "file" }], 1)[0]).toEqual(list[0]);
    expect(pictureIds(withPictures(less, "id cup", [{ id: "new", origin: "camera" }]))).toEqual([
      ...["mug 0", "mug 2"],
      ...["cup 1", "new"],
    ]);
    // A class without a change stays the same object, so that the page draws nothing anew.
    expect(withoutPictures(list, ["cup 0"])[0]).toBe(list[0]);
  });

  it("has classes added, removed, put back at their place and renamed", () => {
    expect(withClass(withoutClass(list, "id mug"), list[0], 0)).toEqual(list);
    expect(renamed(list, "id cup", "glass").map(({ name }) => name)).toEqual(["mug", "glass"]);
  });

  it("is taken from the browser's storage only where it is a list of classes", () => {
    expect(storedList(structuredClone(list))).toEqual(list);
    for (const value of [undefined, 7, {}, [{}], [{ id: "a", name: "b" }], [{ id: "a", name: "b", pictures: [1] }]])
      expect(storedList(value)).toBeNull();
  });
});

describe("a training", () => {
  it.each([
    [[entry("mug", 3)], { what: "classes" }],
    [[entry("mug", 3), entry("  ", 2)], { what: "name", place: 2 }],
    [[entry("mug", 3), entry(" mug ", 2)], { what: "same", name: "mug" }],
    [[entry("mug", 3), entry("constructor", 0)], { what: "pictures", name: "constructor" }],
    [list, null],
  ])("needs named classes with pictures: %#", (classes, missing) => {
    expect(missingIn(classes)).toEqual(missing);
  });

  it("is stale when a name, a picture or the method has changed, and not when names have spaces around them", () => {
    const signature = signatureOf("features", learnable(list));
    expect(signatureOf("features", learnable(renamed(list, "id mug", " mug ")))).toBe(signature);
    expect(signatureOf("conv", learnable(list))).not.toBe(signature);
    expect(signatureOf("features", learnable(renamed(list, "id mug", "glass")))).not.toBe(signature);
    expect(signatureOf("features", learnable(withoutPictures(list, ["cup 0"])))).not.toBe(signature);
    expect(fewest(list)).toBe(2);
  });
});

it.each([
  [9, 10, 0.596, 0.982],
  [10, 10, 0.722, 1],
  [0, 4, 0, 0.49],
  [90, 100, 0.826, 0.945],
])("%i right of %i speak for a share between %f and %f", (right, count, low, high) => {
  const range = likelyRange(right, count);
  expect(range[0]).toBeCloseTo(low, 3);
  expect(range[1]).toBeCloseTo(high, 3);
});
