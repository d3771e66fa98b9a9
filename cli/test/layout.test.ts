// Which folder of a data set is taken as what: by the names alone, so the files are empty here.
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { tensor } from "chainrule";
import { split } from "chainrule/data";
import { listPictures } from "chainrule/node";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/node/synthetic.ts";
import { setAside, sharesOf } from "../src/pictures/aside.ts";
import { layoutOf } from "../src/pictures/layout.ts";
import { classNote, lackNote, notesOn, passedOverNotes } from "../src/pictures/notes.ts";
import { meaningOf } from "../src/pictures/part-names.ts";

/** A folder of the name "set" with the pictures a/1.png and b/1.png in each of the folders, and with the files. */
function folder({ of = [], files = [] }: { of?: readonly string[]; files?: readonly string[] }): string {
  const root = join(temporaryFolder(), "set");
  mkdirSync(root);
  for (const path of [...of.flatMap((part) => [`${part}/a/1.png`, `${part}/b/1.png`]), ...files]) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), "");
  }
  return root;
}

const shown = (root: string) => {
  const { base, test, validation, notes } = layoutOf(root);
  const within = (path: string | null) => (path === null ? null : relative(root, path) || ".");
  return {
    parts: [base, test, validation].map(within),
    notes: notes.map((note) => note.replaceAll(`${root}/`, "").replaceAll(root, "set")),
  };
};

describe("folders named as parts are parts", () => {
  test.each<[readonly string[], (string | null)[]]>([
    [
      ["train", "test"],
      ["train", "test", null],
    ],
    [
      ["training", "testing"],
      ["training", "testing", null],
    ],
    [
      ["Train", "Test", "Valid"],
      ["Train", "Test", "Valid"],
    ],
    [
      ["TRAIN", "TEST", "VALIDATION"],
      ["TRAIN", "TEST", "VALIDATION"],
    ],
    [
      ["seg_train", "seg_test"],
      ["seg_train", "seg_test", null],
    ],
    [
      ["seg_train/seg_train", "seg_test/seg_test"],
      ["seg_train/seg_train", "seg_test/seg_test", null],
    ],
    [
      ["train_set", "test_set", "dev_set"],
      ["train_set", "test_set", "dev_set"],
    ],
    [
      ["train_images", "test-images", "val images"],
      ["train_images", "test-images", "val images"],
    ],
    [
      ["Training Data", "Test Data"],
      ["Training Data", "Test Data", null],
    ],
    [
      ["TrainingSet", "testset"],
      ["TrainingSet", "testset", null],
    ],
    [
      ["flowers-train", "flowers-test"],
      ["flowers-train", "flowers-test", null],
    ],
    [
      ["train", "val"],
      ["train", null, "val"],
    ],
    [["train"], ["train", null, null]],
    [
      ["dataset/train", "dataset/test"],
      ["dataset/train", "dataset/test", null],
    ],
    [["pictures"], ["pictures", null, null]],
    [
      ["summer", "winter"],
      [".", null, null],
    ],
    [["training station"], ["training station", null, null]],
  ])("%j", (of, parts) => {
    expect(shown(folder({ of })).parts).toEqual(parts);
  });

  test("and it is said what was taken as what, and what is not used", () => {
    const root = folder({ of: ["seg_train/seg_train", "seg_test"], files: ["seg_pred/1.png"] });
    expect(shown(root).notes).toEqual([
      "in set: 'seg_train/seg_train' is taken as the training pictures and 'seg_test' as the test pictures",
      "in set: 'seg_pred' is not used",
    ]);
    const wrapped = folder({ of: ["pictures"], files: ["__MACOSX/pictures/a/._1.png", "readme.txt"] });
    expect(shown(wrapped)).toEqual({
      parts: ["pictures", null, null],
      notes: ["set only holds the folder pictures: the classes are taken from pictures"],
    });
  });

  test("classes that are called so stay classes: folders with pictures and no folders", () => {
    expect(shown(folder({ files: ["train/1.png", "test/1.png", "bus/1.png"] })).parts).toEqual([".", null, null]);
  });

  test("a class with subfolders in a test folder is not taken for a wrapper", () => {
    const root = folder({ of: ["train"], files: ["test/a/one/1.png", "test/a/two/1.png"] });
    expect(shown(root).parts).toEqual(["train", "test", null]);
  });

  test("two names for one part stop with a question", () => {
    expect(() => layoutOf(folder({ of: ["train", "training"] }))).toThrow(
      /set: which are the training pictures: 'train' or 'training'\? Give one of them another name/,
    );
    expect(() => layoutOf(folder({ of: ["train", "val", "dev"] }))).toThrow(/validation pictures: 'dev' or 'val'\?/);
  });

  test.skipIf(process.platform === "win32")("a link to a folder above ends the search", () => {
    const root = folder({});
    symlinkSync(root, join(root, "again"));
    expect(layoutOf(root).test).toBe(null);
  });

  test("a name means one part or none", () => {
    for (const name of ["trains", "contest", "station", "train test", "constructor", "latest", "tested", ""])
      expect(meaningOf(name)).toBe(null);
    expect(meaningOf("intel test")).toEqual({ part: "test", rest: "intel" });
  });
});

describe("what is said of a folder", () => {
  test("what was passed over, and which subfolders were taken", async () => {
    const files = [
      "a/x/2.png",
      "a/y/3.png",
      "a/4.heic",
      "b/5.heic",
      "b/6.svg",
      "b/notes.txt",
      "list.csv",
      "b/README",
      "9.png",
    ];
    const root = folder({ of: ["."], files });
    const notes = notesOn(await listPictures(root)).map((note) => note.replace(root, "set"));
    expect(notes).toEqual([
      "class a: the pictures of its 2 subfolders (x, y) are taken too",
      "set: 1 picture beside the folders of the classes is in no class and is passed over",
      "2 .heic and 1 .svg files were passed over: these formats are not read; save them as JPEG or PNG",
      "3 other files (without an extension, .csv, .txt) are no pictures",
    ]);
    expect(passedOverNotes(new Map([[".heic", 1]]))).toEqual([
      "1 .heic file was passed over: this format is not read; save it as JPEG or PNG",
    ]);
  });

  test("how many pictures each class has; of many the first and the smallest, and how uneven they are", () => {
    expect(classNote(["cats", "dogs"], [4, 1200])).toBe(
      "classes: cats 4, dogs 1,200; the largest class has 300 times the pictures of the smallest",
    );
    const names = Array.from({ length: 100 }, (_, n) => `c${n}`);
    expect(
      classNote(
        names,
        names.map((_, n) => (n === 50 ? 20 : 40)),
      ),
    ).toBe("100 classes: c0 40, c1 40, c2 40, c3 40, c4 40, c5 40, ...; the smallest: c50 20, c0 40, c1 40, c2 40");
    expect(
      classNote(
        names,
        names.map(() => 5),
      ),
    ).toMatch(/\.\.\.; each has 5$/);
    expect(lackNote(["a", "b"], { test: [0, 1], validation: [0, 0] })).toBe(
      "1 of 2 classes has no picture to test: a; 2 of 2 classes have no picture for validation: a, b",
    );
    expect(lackNote(["a", "b"], { test: [1, 1], validation: null })).toBe(null);
  });
});

describe("pictures that are set aside", () => {
  test("come from every class that has two, and every class keeps one", () => {
    expect(sharesOf([60, 60, 60], 36, true)).toEqual([12, 12, 12]);
    expect(sharesOf([50, 2, 1], 10, true)).toEqual([9, 1, 0]);
    expect(sharesOf([50, 2, 1], 10, false)).toEqual([10, 0, 0]);
    expect(sharesOf([1, 1, 1], 1, true)).toEqual([0, 0, 0]);
    expect(sharesOf([2, 2, 2, 2], 2, true)).toEqual([1, 1, 0, 0]);
    expect(sharesOf([3, 3], 5, true)).toEqual([2, 2]);
    expect(sharesOf([1, 1, 1, 1, 1, 5], 4, true)).toEqual([0, 0, 0, 0, 0, 4]);
    expect(sharesOf([0, 4], 1, true)).toEqual([0, 1]);
  });

  test("are those that split chooses, where no class is rare", () => {
    const labels = tensor(Int32Array.from({ length: 90 }, (_, n) => (n * n) % 4));
    const images = tensor(
      Uint8Array.from({ length: 90 }, (_, n) => n),
      { shape: [90, 1, 1, 1] },
    );
    const data = { images, labels, classes: ["a", "b"] };
    const { validation } = split(data, { count: 18, seed: 4 });
    const { aside } = setAside({ data, files: null }, { fraction: 0.2, seed: 4, fromEach: true });
    expect(aside?.data.images.data).toEqual(validation.images.data);
  });

  test("have their files with them; the seed determines the choice", () => {
    const labels = Int32Array.from({ length: 40 }, (_, n) => (n < 3 ? 0 : n < 4 ? 1 : 3));
    const data = {
      images: tensor(Uint8Array.from(labels.keys()), { shape: [40, 1, 1, 1] }),
      labels: tensor(labels),
      classes: ["a", "b", "none", "c"],
    };
    const files = Array.from(labels.keys(), (n) => `${n}.png`);
    const of = (seed: number) => setAside({ data, files }, { fraction: 0.2, seed, fromEach: true });
    const { train, aside } = of(1);
    for (const part of [train, aside]) {
      expect(part?.files).toEqual(Array.from(part?.data.images.data ?? [], (n) => `${n}.png`));
      expect([...(part?.data.labels.data ?? [])]).toEqual(Array.from(part?.data.images.data ?? [], (n) => labels[n]));
    }
    expect(aside?.files).toHaveLength(8);
    expect([...new Set(aside?.data.labels.data)]).toEqual([0, 3]);
    expect(of(1).aside?.files).toEqual(aside?.files);
    expect(of(2).aside?.files).not.toEqual(aside?.files);
    expect(setAside({ data, files: null }, { fraction: 0, seed: 1, fromEach: true }).aside).toBe(null);
  });
});
