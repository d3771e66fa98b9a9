// Which files of a folder are pictures, and which of its folders are classes: by their names alone, so the files are empty here.
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { matchClasses } from "chainrule/data";
import { findPictures, listPictures, pictureKind } from "chainrule/node";
import { beforeEach, describe, expect, test } from "vitest";
import { temporaryFolder } from "../synthetic.ts";

let root: string;
beforeEach(() => {
  root = temporaryFolder();
});

function write(...paths: readonly string[]): void {
  for (const path of paths) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), "");
  }
}

const composed = "\u00c4pfel";
const decomposed = "A\u0308pfel";

describe("a file's name", () => {
  test.each([
    [
      "picture",
      ["a.png", "A.JPG", "b.jpeg", "c.jpe", "d.JFIF", "e.gif", "f.bmp", "g.webp", "h.avif", "i.tif", "j.tiff"],
    ],
    ["unread", ["a.heic", "b.HEIF", "c.svg", "d.jxl", "e.jp2", "f.psd", "g.cr2", "h.nef", "i.dng", "j.ico", "k.pdf"]],
    [
      "system",
      [
        "__MACOSX",
        "@eaDir",
        "Thumbs.db",
        "desktop.ini",
        "lost+found",
        "$RECYCLE.BIN",
        ".DS_Store",
        "._a.jpg",
        ".ipynb_checkpoints",
        "photo.why.png",
      ],
    ],
    ["other", ["labels.csv", "README", "png", "a.png.txt", "video.mp4", "thumbs", "constructor"]],
  ])("says that it is of the kind %s", (kind, names) => {
    expect(names.map((name) => [name, pictureKind(name)])).toEqual(names.map((name) => [name, kind]));
  });
});

describe("listPictures", () => {
  test("counts what is passed over, by its extension; what belongs to a system is neither a class nor counted", async () => {
    write(
      "cats/1.png",
      "cats/2.JFIF",
      "cats/3.HEIC",
      "cats/4.heic",
      "cats/in/5.webp",
      "dogs/1.jpe",
      "dogs/a.svg",
      "labels.csv",
    );
    write(
      "__MACOSX/cats/._1.png",
      "__MACOSX/x.png",
      "@eaDir/1.png",
      "cats/@eaDir/1.jpg",
      "cats/Thumbs.db",
      ".git/a.png",
    );
    write("lost+found/x.png", "dogs/.ipynb_checkpoints/1-checkpoint.jpg", "above.png", "README");
    const found = await listPictures(root);
    expect(found.classes).toEqual(["cats", "dogs"]);
    expect(found.files.map(({ path, label }) => [relative(root, path), label])).toEqual([
      ["cats/1.png", 0],
      ["cats/2.JFIF", 0],
      ["cats/in/5.webp", 0],
      ["dogs/1.jpe", 1],
    ]);
    expect(Object.fromEntries(found.passedOver)).toEqual({ ".heic": 2, ".svg": 1, ".csv": 1, "": 1 });
    expect([found.loose, [...found.merged], found.links]).toEqual([1, [["cats", ["in"]]], []]);
  });

  test("class names are composed and have no spaces at their ends; two names that differ only by these are an error", async () => {
    write(`${decomposed}/1.png`, " pears /1.png");
    expect((await listPictures(root)).classes).toEqual(["pears", composed]);
    write("pears/1.png");
    await expect(listPictures(root)).rejects.toThrow(
      /folders " pears " and "pears" differ only by spaces.*another name/,
    );
  });

  test.skipIf(process.platform !== "linux")("small and capital letters are two classes", async () => {
    write("a/1.png", "A/1.png");
    expect((await listPictures(root)).classes).toEqual(["A", "a"]);
  });

  test.skipIf(process.platform === "win32")(
    "a link to a folder that contains it is no class; the same folder twice and links within classes are told",
    async () => {
      write("set/cats/1.png", "set/dogs/1.png", "elsewhere/1.png");
      const link = (target: string, path: string) => symlinkSync(join(root, target), join(root, "set", path));
      link("set", "all");
      link(".", "above");
      link("elsewhere", "birds");
      link("elsewhere", "more-birds");
      link("elsewhere", "cats/within");
      link("nowhere", "broken");
      const { classes, links } = await listPictures(join(root, "set"));
      expect(classes).toEqual(["birds", "cats", "dogs", "more-birds"]);
      expect(links.map(({ path, reason }) => [relative(join(root, "set"), path), reason])).toEqual([
        ["above", "circle"],
        ["all", "circle"],
        ["cats/within", "nested"],
        ["more-birds", "same"],
      ]);
    },
  );

  test("folders that hold only folders of equal names are an error, since they may be parts of a data set", async () => {
    write("summer/cats/1.png", "summer/dogs/1.png", "winter/cats/1.png", "winter/Dogs/1.png");
    await expect(listPictures(root)).rejects.toThrow(
      /its folders "summer", "winter" may be parts of a data set, not classes: they hold folders of equal names, "cats", "dogs";.*"train" and "test".*summer/,
    );
    write("winter/1.png");
    expect((await listPictures(root)).classes).toEqual(["summer", "winter"]);
  });

  test("a folder that holds folders with the names of its neighbours is an error too", async () => {
    write("cats/1.png", "dogs/1.png", "later/cats/1.png", "later/dogs/1.png");
    await expect(listPictures(root)).rejects.toThrow(
      /later: it may be a part of the data set, not a class: .*"cats", "dogs".*into a folder "train"/,
    );
  });

  test("a folder of the same name in each class is part of it", async () => {
    write("cats/images/1.png", "dogs/images/1.png");
    expect([...(await listPictures(root)).merged]).toEqual([
      ["cats", ["images"]],
      ["dogs", ["images"]],
    ]);
  });

  test("says what a class without pictures has instead, and where the classes of a single folder may be", async () => {
    write("cats/1.heic", "cats/2.heic", "cats/3.svg", "dogs/1.png");
    await expect(listPictures(root)).rejects.toThrow(
      /cats: has only pictures in formats that are not read: 2 \.heic, 1 \.svg; save them as JPEG or PNG/,
    );
    await expect(listPictures(join(root, "dogs"))).rejects.toThrow(/no folders in it; .*\(pictures in no folder: 1\)/);
    write("pets/images/a/1.png", "pets/images/b/1.png", "pets/annotations/1.xml");
    await expect(listPictures(join(root, "pets"))).rejects.toThrow(
      /annotations: no PNG or JPEG in it .* other files: 1\); give .*images if its folders are the classes, or add/,
    );
    write("outer/set/a/1.png", "outer/set/b/1.png");
    await expect(listPictures(join(root, "outer"))).rejects.toThrow(
      /only one class, "set"; .*\("a", "b"\).*give .*set/,
    );
    expect((await listPictures(join(root, "outer"), { minClasses: 1 })).classes).toEqual(["set"]);
  });
});

test("findPictures finds all pictures below a folder, classes or not", async () => {
  write("b.png", "a.jpg", "deep/er/c.gif", "deep/d.heic", "e.txt", "__MACOSX/f.png");
  const { pictures, subfolders, passedOver } = await findPictures(root);
  expect(pictures.map((path) => relative(root, path))).toEqual(["a.jpg", "b.png", "deep/er/c.gif"]);
  expect([subfolders, [...passedOver]]).toEqual([
    ["deep", "deep/er"],
    [
      [".txt", 1],
      [".heic", 1],
    ],
  ]);
});

test("matchClasses finds names in other letters, and the same letters first", () => {
  const classes = ["A", "a", composed, "Dogs"];
  expect(matchClasses(["a", "A", decomposed, " dogs", "cats", "constructor"], classes)).toEqual([1, 0, 2, 3, -1, -1]);
  expect(matchClasses(["B "], ["b", "B"])).toEqual([1]);
  expect(matchClasses(["\u00e4pfel "], ["b", composed])).toEqual([1]);
});
