// What a visitor drops on the classes: files, and folders with what is in them and below.
import { expect, it } from "vitest";
import { droppedOf } from "../../src/classes/given.ts";

const file = (name: string) => ({
  isDirectory: false,
  name,
  file: (give: (file: File) => void) => give(new File([], name)),
});

/** A folder that gives its entries two at a time, as browsers give a hundred. */
function folder(name: string, entries: readonly object[]) {
  const createReader = () => {
    const left = [...entries];
    return { readEntries: (give: (entries: object[]) => void) => give(left.splice(0, 2)) };
  };
  return { isDirectory: true, name, createReader };
}

const dropped = (entries: readonly { readonly isDirectory: boolean; readonly name: string }[]) =>
  ({
    items: entries.map((entry) => ({
      webkitGetAsEntry: () => entry,
      getAsFile: () => (entry.isDirectory ? null : new File([], entry.name)),
    })),
  }) as unknown as DataTransfer;

it("keeps folders apart, goes into the folders within, and leaves out the files of the system", async () => {
  const mugs = folder("mugs", [
    ...[file("1.png"), file(".DS_Store"), file("2.png"), file("Thumbs.db")],
    folder("more", [file("3.png"), folder("deep", [file("4.png")])]),
  ]);
  const found = await droppedOf(dropped([file("a.png"), mugs, file("b.png"), folder("constructor", [])]));
  expect(found.map((one) => [one.folder, one.files.map(({ name }) => name)])).toEqual([
    [null, ["a.png", "b.png"]],
    ["mugs", ["1.png", "2.png", "3.png", "4.png"]],
    ["constructor", []],
  ]);
});

it("takes files where the browser tells no folders, and nothing where there is no file", async () => {
  const plain = { items: [{ getAsFile: () => new File([], "a.png") }] } as unknown as DataTransfer;
  expect((await droppedOf(plain)).map(({ files }) => files.length)).toEqual([1]);
  const text = { items: [{ webkitGetAsEntry: () => null, getAsFile: () => null }] } as unknown as DataTransfer;
  expect(await droppedOf(text)).toEqual([]);
});
