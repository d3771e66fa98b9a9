import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadImageFolder } from "chainrule/node";
import { Jimp } from "jimp";
import { beforeEach, describe, expect, test } from "vitest";
import { temporaryFolder } from "./synthetic.ts";

let root: string;
beforeEach(() => {
  root = temporaryFolder();
});

async function picture(path: string, color: number, [width, height] = [4, 2]): Promise<void> {
  mkdirSync(join(root, path, ".."), { recursive: true });
  const type = path.endsWith(".png") ? "image/png" : "image/jpeg";
  writeFileSync(join(root, path), await new Jimp({ width, height, color }).getBuffer(type));
}

describe("a folder for each class", () => {
  beforeEach(async () => {
    await picture("dogs/b.png", 0x00ff00ff);
    await picture("dogs/a.PNG.png", 0xff0000ff);
    await picture("cats/1.png", 0x000000ff);
  });

  test("classes and files in the order of their names, bytes in [N, C, H, W]", async () => {
    const { images, labels, classes } = await loadImageFolder(root);
    expect(classes).toEqual(["cats", "dogs"]);
    expect([labels.dtype, [...labels.data]]).toEqual(["int32", [0, 1, 1]]);
    expect([images.dtype, images.shape]).toEqual(["uint8", [3, 3, 2, 4]]);
    expect([...images.data.subarray(24, 48)]).toEqual([...new Array(8).fill(255), ...new Array(16).fill(0)]);
  });

  test("grey by luma, and what is transparent shows white", async () => {
    await picture("dogs/c.png", 0x00000000);
    const { images } = await loadImageFolder(root, { channels: 1 });
    expect(images.shape).toEqual([4, 1, 2, 4]);
    expect([0, 8, 16, 24].map((i) => images.data[i])).toEqual([0, 76, 150, 255]);
  });

  test("pictures of several sizes need one to be given, and are stretched to it", async () => {
    await picture("cats/2.jpg", 0xffffffff, [9, 9]);
    await expect(loadImageFolder(root)).rejects.toThrow(/2\.jpg: is 9×9, .*1\.png 4×2; give loadImageFolder a size/);
    const { images } = await loadImageFolder(root, { size: [3, 5] });
    expect(images.shape).toEqual([4, 3, 3, 5]);
    expect(new Set(images.data.subarray(45, 90))).toEqual(new Set([255]));
  });

  test("hidden files and other files are left out", async () => {
    mkdirSync(join(root, ".git"));
    writeFileSync(join(root, "notes.txt"), "");
    writeFileSync(join(root, "cats", ".hidden.png"), "");
    writeFileSync(join(root, "cats", "list.csv"), "");
    expect((await loadImageFolder(root)).images.shape[0]).toBe(3);
  });

  test("a picture that is none, by its name", async () => {
    writeFileSync(join(root, "cats", "z.png"), "no picture");
    await expect(loadImageFolder(root)).rejects.toThrow(/cats\/z\.png: byte 0: neither a PNG nor a JPEG/);
  });
});

test("nothing to read is said", async () => {
  await expect(loadImageFolder(root)).rejects.toThrow(/no folders in it/);
  await expect(loadImageFolder(join(root, "x"))).rejects.toThrow(/x: no such file/);
  mkdirSync(join(root, "empty"));
  await expect(loadImageFolder(root)).rejects.toThrow(/empty: no PNG or JPEG/);
  await expect(loadImageFolder(root, { size: [0, 5] })).rejects.toThrow(/size is \[height, width\]/);
});
