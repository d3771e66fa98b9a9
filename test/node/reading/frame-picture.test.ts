// The bytes of a picture come into the same form as those of a file.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { framePicture, framePictures } from "chainrule/node";
import { Jimp } from "jimp";
import { PNG } from "pngjs";
import { expect, test } from "vitest";
import { temporaryFolder } from "../synthetic.ts";

/** A striped picture, grey or coloured, half transparent in some places. */
function png(coloured: boolean, side = 40): Buffer {
  const picture = new PNG({ width: side, height: side - 7 });
  for (let i = 0; i < side * (side - 7); i++) {
    const level = (37 * (i % 11)) % 256;
    picture.data.set([level, coloured ? 255 - level : level, level, i % 5 === 0 ? 90 : 255], 4 * i);
  }
  return PNG.sync.write(picture);
}

const jpeg = () => new Jimp({ width: 300, height: 200, color: 0x2288ccff }).getBuffer("image/jpeg");

test.each(["plain", "dark", "light"] as const)("framed %s, bytes are those of framePictures", async (framing) => {
  const folder = temporaryFolder();
  const pictures = [png(false), png(true), png(true, 200), await jpeg()];
  const files = pictures.map((_, n) => join(folder, String(n)));
  for (const [n, bytes] of pictures.entries()) writeFileSync(files[n], bytes);
  for (const channels of [1, 3] as const) {
    const form = { shape: [channels, 12, 16] as const, framing };
    const { bytes: expected } = await framePictures(files, form);
    const found = await Promise.all(pictures.map((bytes) => framePicture(bytes, form)));
    expect(Buffer.compare(Buffer.concat(found), expected)).toBe(0);
  }
});

test("a fault is that of the picture, with the code 'file'", async () => {
  const form = { shape: [1, 28, 28] as const, framing: "digit" as const };
  const blank = await new Jimp({ width: 30, height: 30, color: 0xffffffff }).getBuffer("image/png");
  await expect(framePicture(blank, form)).rejects.toMatchObject({
    ...{ code: "file", call: "framePicture" },
    message: "framePicture: the picture is blank: there is nothing to recognise; give another one",
  });
  await expect(framePicture(Buffer.from("no picture"), form)).rejects.toMatchObject({ code: "file" });
  await expect(framePicture(blank.subarray(0, 60), form)).rejects.toMatchObject({ code: "file" });
  // @ts-expect-error two channels
  await expect(framePicture(blank, { ...form, shape: [2, 9] })).rejects.toMatchObject({ code: "option" });
});
