// Each kind of picture comes out as its format says, and the same with every decoder.
import { decodePicture } from "chainrule/node";
import { Jimp } from "jimp";
import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { decodeWith } from "../../src/node/decode.ts";
import { arithmeticJpeg, bmp, chunk, cmykJpeg, exif, png, rgbJpeg, turned, withSegment } from "./picture-bytes.ts";

const decoders = ["sharp", "jimp"] as const;

const raw = (data: readonly number[], width: number, height: number, channels: 1 | 2 | 3 | 4): Sharp =>
  sharp(Uint8Array.from(data), { raw: { width, height, channels } });

const pixel = ({ data }: { data: ArrayLike<number> }, i = 0) => Array.from({ length: 4 }, (_, c) => data[4 * i + c]);

/** 16 × 8 pixels, dark on the left and light on the right. */
const halves = () =>
  raw(
    Array.from({ length: 128 }, (_, i) => (i % 16 < 8 ? 20 : 220)),
    16,
    8,
    1,
  );

test("the pixels of a small PNG are the same with and without atLeast, and after many others", async () => {
  const bytes = await halves().png().toBuffer();
  const first = await decodePicture(bytes, { atLeast: [1, 1] });
  expect([first.width, first.height]).toEqual([16, 8]);
  for (let n = 0; n < 400; n++) await decodePicture(bytes);
  expect(await decodePicture(bytes, { atLeast: [1, 1] })).toEqual(first);
  const deep = await raw(new Array(128).fill(130), 16, 8, 1).toColourspace("grey16").png().toBuffer();
  expect(await decodePicture(deep)).toEqual(await decodeWith(deep, null, ["sharp"]));
});

describe.each(decoders)("%s reads each kind of PNG", (decoder) => {
  const read = async (bytes: Uint8Array) => [...(await decodeWith(bytes, null, [decoder])).data];
  const grey = (...levels: readonly number[]) => levels.flatMap((level) => [level, level, level, 255]);

  test("grey of 1, 2, 4, 8 and 16 bits", async () => {
    expect(await read(png(3, 1, { rows: Uint8Array.of(0, 0b10100000), bits: 1 }))).toEqual(grey(255, 0, 255));
    expect(await read(png(3, 1, { rows: Uint8Array.of(0, 0b00011100), bits: 2 }))).toEqual(grey(0, 85, 255));
    expect(await read(png(2, 1, { rows: Uint8Array.of(0, 0x3c), bits: 4 }))).toEqual(grey(51, 204));
    expect(await read(png(2, 1, { rows: Uint8Array.of(0, 7, 77) }))).toEqual(grey(7, 77));
    expect(await read(png(2, 1, { rows: Uint8Array.of(0, 7, 7, 200, 200), bits: 16 }))).toEqual(grey(7, 200));
  });

  test("grey with alpha, colour, colour with alpha, of 8 and 16 bits", async () => {
    expect(await read(png(1, 1, { rows: Uint8Array.of(0, 9, 128), colourType: 4 }))).toEqual([9, 9, 9, 128]);
    expect(await read(png(1, 1, { rows: Uint8Array.of(0, 1, 2, 3), colourType: 2 }))).toEqual([1, 2, 3, 255]);
    expect(await read(png(1, 1, { rows: Uint8Array.of(0, 1, 2, 3, 4), colourType: 6 }))).toEqual([1, 2, 3, 4]);
    const wide = Uint8Array.of(0, 1, 1, 2, 2, 3, 3, 4, 4);
    expect(await read(png(1, 1, { rows: wide, colourType: 6, bits: 16 }))).toEqual([1, 2, 3, 4]);
  });

  test("a palette, with transparent colours in it", async () => {
    const palette = chunk("PLTE", Uint8Array.of(200, 0, 0, 0, 150, 0));
    const rows = Uint8Array.of(0, 0b01000000);
    expect(await read(png(2, 1, { rows, bits: 1, colourType: 3, before: [palette] }))).toEqual([
      ...[200, 0, 0, 255],
      ...[0, 150, 0, 255],
    ]);
    const alpha = chunk("tRNS", Uint8Array.of(255, 60));
    expect(await read(png(2, 1, { rows, bits: 1, colourType: 3, before: [palette, alpha] }))).toEqual([
      ...[200, 0, 0, 255],
      ...[0, 150, 0, 60],
    ]);
  });

  test("one level of grey, or one colour, that is transparent", async () => {
    const before = [chunk("tRNS", Uint8Array.of(0, 30))];
    const data = await read(png(2, 1, { rows: Uint8Array.of(0, 30, 31), before }));
    expect([data[3], ...data.slice(4)]).toEqual([0, 31, 31, 31, 255]);
    const colour = [chunk("tRNS", Uint8Array.of(0, 1, 0, 2, 0, 3))];
    const pixels = await read(png(2, 1, { rows: Uint8Array.of(0, 1, 2, 3, 1, 2, 4), colourType: 2, before: colour }));
    expect([pixels[3], ...pixels.slice(4)]).toEqual([0, 1, 2, 4, 255]);
  });

  test("the default picture of an animated PNG", async () => {
    const animation = chunk("acTL", Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0));
    expect(await read(png(1, 1, { rows: Uint8Array.of(0, 5), before: [animation] }))).toEqual(grey(5));
  });

  test("bytes after the end of the file are ignored", async () => {
    const picture = png(2, 1, { rows: Uint8Array.of(0, 10, 20) });
    for (const rest of [Buffer.from([0]), Buffer.from("a text"), picture, Buffer.alloc(4096, 0xff)])
      expect(await read(Buffer.concat([picture, rest]))).toEqual(grey(10, 20));
  });
});

describe.each(decoders)("%s reads each kind of JPEG", (decoder) => {
  const read = async (bytes: Uint8Array) => pixel(await decodeWith(bytes, null, [decoder]), 9);
  const [jfif, adobe] = [Buffer.from("JFIF\0\x01\x01\0\0\x01\0\x01\0\0"), Buffer.from("Adobe\0\x64\0\0\0\0\x01")];
  const plain = Buffer.concat([rgbJpeg.subarray(0, 2), rgbJpeg.subarray(18)]);

  test("red, green and blue as components: Adobe's transform is 0, or they are named R, G, B", async () => {
    expect(await read(rgbJpeg)).toEqual([200, 40, 40, 255]);
    expect(await read(plain)).toEqual([200, 40, 40, 255]);
    const otherNames = Buffer.from(rgbJpeg);
    const names = new Map([...Buffer.from("RGB")].map((name, i) => [name, i + 1]));
    for (const [i, byte] of otherNames.entries()) if (i > 90) otherNames[i] = names.get(byte) ?? byte;
    expect(await read(otherNames)).toEqual([200, 40, 40, 255]);
  });

  test("luma and chroma where JFIF or Adobe's transform 1 says so, whatever the names of the components", async () => {
    for (const bytes of [withSegment(plain, 0xe0, jfif), withSegment(plain, 0xee, adobe)])
      for (const [c, level] of (await read(bytes)).entries())
        expect(Math.abs(level - [76, 255, 44, 255][c])).toBeLessThan(2);
  });

  test("cyan, magenta, yellow and black", async () => {
    const found = await read(cmykJpeg);
    for (const [c, level] of [200, 40, 40, 255].entries()) expect(Math.abs(found[c] - level)).toBeLessThan(3);
  });

  test("progressive, and grey", async () => {
    const colour = { create: { width: 32, height: 32, channels: 3, background: { r: 200, g: 40, b: 40 } } } as const;
    for (const [c, level] of (await read(await sharp(colour).jpeg({ progressive: true }).toBuffer())).entries())
      expect(Math.abs(level - [200, 40, 40, 255][c])).toBeLessThan(4);
    const grey = await read(await sharp(colour).toColourspace("b-w").jpeg().toBuffer());
    expect([grey[1], grey[2]]).toEqual([grey[0], grey[0]]);
  });

  test("with a small picture in its EXIF data, and with bytes after its end", async () => {
    const thumbnail = Buffer.concat([Buffer.from("Exif\0\0"), exif(1), cmykJpeg]);
    expect(await read(withSegment(rgbJpeg, 0xe1, thumbnail))).toEqual([200, 40, 40, 255]);
    for (const rest of [Buffer.from("text"), cmykJpeg, Buffer.alloc(4096)])
      expect(await read(Buffer.concat([rgbJpeg, rest]))).toEqual([200, 40, 40, 255]);
  });

  test("with zeros in the scan's numbers, as some cameras write them", async () => {
    const zeros = Buffer.from(rgbJpeg);
    const scan = rgbJpeg.indexOf(Buffer.of(0xff, 0xda, 0, 12)) + 11;
    expect([...rgbJpeg.subarray(scan, scan + 3)]).toEqual([0, 63, 0]);
    zeros.fill(0, scan, scan + 3);
    expect(await read(zeros)).toEqual([200, 40, 40, 255]);
  });

  test("kinds that are not read are named: lossless, hierarchical, 12 bits a sample", async () => {
    const frame = rgbJpeg.indexOf(Buffer.of(0xff, 0xc0, 0, 17));
    const changed = (at: number, value: number) => {
      const bytes = Buffer.from(rgbJpeg);
      bytes[at] = value;
      return read(bytes);
    };
    await expect(changed(frame + 1, 0xc3)).rejects.toThrow(/byte 87: the file is a lossless JPEG, which is not read/);
    await expect(changed(frame + 1, 0xc5)).rejects.toThrow(/the file is a hierarchical JPEG, which is not read/);
    await expect(changed(frame + 4, 12)).rejects.toThrow(/the file is a JPEG of 12 bits a sample, which is not read/);
  });
});

test("an arithmetic-coded JPEG is read by sharp; with jimp alone the error says so", async () => {
  expect(pixel(await decodePicture(arithmeticJpeg))).toEqual([200, 40, 40, 255]);
  await expect(decodeWith(arithmeticJpeg, null, ["jimp"])).rejects.toMatchObject({
    code: "package",
    words: "the file is an arithmetic-coded JPEG, which is read with sharp; run `npm install sharp`",
  });
});

describe("each kind of BMP", () => {
  const read = async (bytes: Uint8Array) => [...(await decodePicture(bytes)).data];

  test("rows from the bottom and from the top, of 24 and 32 bits", async () => {
    const rows = Uint8Array.of(40, 41, 200, 0, 3, 2, 1, 0);
    expect(await read(bmp(1, 2, { rows, bits: 24 }))).toEqual([1, 2, 3, 255, 200, 41, 40, 255]);
    expect(await read(bmp(1, -2, { rows, bits: 24 }))).toEqual([200, 41, 40, 255, 1, 2, 3, 255]);
    expect(await read(bmp(1, 2, { rows, bits: 32 }))).toEqual([1, 2, 3, 255, 200, 41, 40, 255]);
  });

  test("palettes of 1, 4 and 8 bits", async () => {
    const palette = [0x0000ff, 0xc82828];
    for (const [bits, first] of [
      [1, 0x80],
      [4, 0x10],
      [8, 1],
    ] as const)
      expect((await read(bmp(2, 1, { rows: Uint8Array.of(first, 0, 0, 0), bits, palette }))).slice(0, 4)).toEqual([
        200, 40, 40, 255,
      ]);
  });

  test("bit fields in any order, with alpha where there is a field for it and it is used", async () => {
    const rows = Uint8Array.of(200, 40, 41, 128, 1, 2, 3, 255);
    const fields = [0xff, 0xff00, 0xff0000];
    expect(await read(bmp(2, 1, { rows, bits: 32, masks: fields }))).toEqual([200, 40, 41, 255, 1, 2, 3, 255]);
    const masks = [...fields, 0xff000000];
    expect(await read(bmp(2, 1, { rows, bits: 32, masks }))).toEqual([200, 40, 41, 128, 1, 2, 3, 255]);
    expect(await read(bmp(1, -2, { rows, bits: 32, masks }))).toEqual([200, 40, 41, 128, 1, 2, 3, 255]);
    expect(await read(bmp(1, 2, { rows, bits: 32, masks }))).toEqual([1, 2, 3, 255, 200, 40, 41, 128]);
    expect(await read(bmp(1, 1, { rows: Uint8Array.of(1, 2, 3, 0), bits: 32, masks }))).toEqual([1, 2, 3, 255]);
  });

  test("a compressed BMP is refused", async () => {
    const compressed = bmp(2, 1, { rows: Uint8Array.of(2, 1, 0, 1), bits: 8, palette: [0, 0xff] });
    compressed.writeUInt32LE(1, 30);
    await expect(read(compressed)).rejects.toThrow(
      /byte 30: the BMP is compressed, which is not supported; save the pic/,
    );
  });
});

describe("WebP, TIFF, AVIF and GIF", () => {
  test.each(["webp", "tiff", "avif"] as const)("%s, without loss", async (format) => {
    const options = { lossless: true, compression: "lzw", chromaSubsampling: "4:4:4" } as const;
    const written = raw([200, 40, 40, 255, 1, 2, 3, 255, 250, 250, 250, 0, 9, 8, 7, 128], 2, 2, 4);
    const bytes =
      format === "webp"
        ? written.webp(options)
        : format === "tiff"
          ? written.tiff(options)
          : written.avif({ quality: 100, chromaSubsampling: "4:4:4" });
    const found = await decodePicture(await bytes.toBuffer());
    expect([found.width, found.height]).toEqual([2, 2]);
    const near = format === "avif" ? 4 : 0;
    for (const [i, wanted] of [[200, 40, 40, 255], [1, 2, 3, 255], [], [9, 8, 7, 128]].entries())
      for (const [c, level] of wanted.entries()) expect(Math.abs(pixel(found, i)[c] - level)).toBeLessThanOrEqual(near);
    expect(pixel(found, 2)[3]).toBe(0);
  });

  test("TIFF: grey, 16 bits, a palette of one bit, CMYK; samples that are no light levels are refused by name", async () => {
    const grey = raw([7, 200], 2, 1, 1).toColourspace("b-w");
    expect(pixel(await decodePicture(await grey.tiff({ compression: "none" }).toBuffer()), 1)).toEqual([
      200, 200, 200, 255,
    ]);
    const wide = raw([7, 9, 200], 1, 1, 3).toColourspace("rgb16");
    expect(pixel(await decodePicture(await wide.tiff({ compression: "none" }).toBuffer()))).toEqual([7, 9, 200, 255]);
    const bit = halves().toColourspace("b-w").tiff({ bitdepth: 1, compression: "ccittfax4" });
    expect(pixel(await decodePicture(await bit.toBuffer()), 15)).toEqual([255, 255, 255, 255]);
    const inks = await sharp(cmykJpeg, { ignoreIcc: true })
      .pipelineColourspace("cmyk")
      .toColourspace("cmyk")
      .tiff({ compression: "none" })
      .toBuffer();
    for (const [c, level] of pixel(await decodePicture(inks)).entries())
      expect(Math.abs(level - [200, 40, 40, 255][c])).toBeLessThan(3);
    const floats = sharp(Float32Array.of(0.1, 0.9), { raw: { width: 2, height: 1, channels: 1 } });
    await expect(
      decodePicture(await floats.toColourspace("scrgb").tiff({ compression: "none" }).toBuffer()),
    ).rejects.toThrow(/a TIFF with samples of the type float, which is not read; save it with 8 or 16 bits a sample/);
  });

  test("the first frame of an animation", async () => {
    const frames = { raw: { width: 8, height: 16, channels: 3, pageHeight: 8 } } as const;
    const both = Uint8Array.from({ length: 8 * 16 * 3 }, (_, i) => (i < 8 * 8 * 3 ? 200 : 30));
    for (const bytes of [
      await sharp(both, frames).webp({ lossless: true }).toBuffer(),
      await sharp(both, frames).gif().toBuffer(),
    ]) {
      const picture = await decodePicture(bytes);
      expect([picture.width, picture.height, ...pixel(picture)]).toEqual([8, 8, 200, 200, 200, 255]);
    }
    // The main name of an animated AVIF is avis.
    const avif = Buffer.from(await halves().avif().toBuffer());
    avif.write("avis", 8, "latin1");
    const { width, height } = await decodePicture(avif);
    expect([width, height]).toEqual([16, 8]);
  });

  test("each format is turned upright, PNG by its chunk eXIf", async () => {
    const written = () => halves().withMetadata({ orientation: 6 });
    const files = [
      await written().webp({ lossless: true }).toBuffer(),
      await written().tiff().toBuffer(),
      await written().avif().toBuffer(),
      await written().png().toBuffer(),
      turned(await halves().jpeg({ quality: 100 }).toBuffer(), 6),
    ];
    for (const bytes of files)
      for (const atLeast of [undefined, [8, 4], [16, 8]] as const) {
        const { width, height, data } = await decodePicture(bytes, { atLeast });
        // A small PNG is never reduced.
        const isPng = bytes === files[3];
        expect([width, height]).toEqual(atLeast?.[0] === 8 && !isPng ? [4, 8] : [8, 16]);
        expect([Math.abs(data[0] - 20) < 9, Math.abs(data[data.length - 4] - 220) < 9]).toEqual([true, true]);
      }
  });
});

describe("the bytes of a file", () => {
  test("may be a part of a larger buffer, may be shared memory, and are not changed", async () => {
    const all = Buffer.concat([Buffer.from("abc"), rgbJpeg, Buffer.from("xyz")]);
    const within = new Uint8Array(all.buffer, all.byteOffset + 3, rgbJpeg.length);
    expect(pixel(await decodePicture(within))).toEqual([200, 40, 40, 255]);
    const shared = new Uint8Array(new SharedArrayBuffer(rgbJpeg.length));
    shared.set(rgbJpeg);
    expect(pixel(await decodePicture(shared))).toEqual([200, 40, 40, 255]);
    expect(Buffer.compare(shared, rgbJpeg)).toBe(0);
  });

  test("may have other bytes after the end of a BMP, GIF or WebP", async () => {
    const image = new Jimp({ width: 3, height: 2, color: 0xc82828ff });
    const [bmp, gif] = [await image.getBuffer("image/bmp"), await image.getBuffer("image/gif")];
    const webp = await sharp(rgbJpeg).webp({ lossless: true }).toBuffer();
    for (const bytes of [bmp, gif, webp]) {
      const found = pixel(await decodePicture(Buffer.concat([bytes, Buffer.from("and more")])));
      for (const [c, level] of [200, 40, 40, 255].entries()) expect(Math.abs(found[c] - level)).toBeLessThan(9);
    }
  });

  test("may have a colour profile, which is ignored", async () => {
    const wide = await raw([200, 40, 40], 1, 1, 3).withIccProfile("p3").png().toBuffer();
    const [plain, other] = [await sharp(wide, { ignoreIcc: true }).raw().toBuffer(), await decodePicture(wide)];
    expect(pixel(other).slice(0, 3)).toEqual([...plain.subarray(0, 3)]);
  });
});

test("options are checked", async () => {
  await expect(decodePicture(rgbJpeg, { atleast: [1, 1] } as object)).rejects.toThrow(/did you mean atLeast/);
  await expect(decodePicture(rgbJpeg, { atLeast: [0, 1] })).rejects.toThrow(/atLeast\[0\] is a whole number from 1/);
  await expect(decodePicture(rgbJpeg, { atLeast: 64 as unknown as [number, number] })).rejects.toMatchObject({
    code: "option",
    words: "atLeast is [height, width], not 64",
  });
});
