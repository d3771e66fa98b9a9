// Files of the formats that only sharp reads, cut off, or made to harm: they are refused or read, in little time and memory.
import { deflateSync } from "node:zlib";
import { decodePicture } from "chainrule/node";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { measurePicture } from "../../src/node/check.ts";

type Entry = readonly [tag: number, value: number, count?: number];

/** A little-endian TIFF of one directory after `data`, whose entries are unsigned; `next` is the offset of the directory after it. */
function tiff(entries: readonly Entry[], data: Uint8Array, next: "none" | "itself" = "none"): Buffer {
  const directory = 8 + data.length + (data.length % 2);
  const bytes = Buffer.alloc(directory + 2 + 12 * entries.length + 4);
  bytes.write("II*\0");
  bytes.writeUInt32LE(directory, 4);
  bytes.set(data, 8);
  bytes.writeUInt16LE(entries.length, directory);
  for (const [i, [tag, value, count = 1]] of entries.entries()) {
    const at = directory + 2 + 12 * i;
    const [short, long] = [3, 4];
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE(value < 65536 && tag < 300 && tag !== 273 ? short : long, at + 2);
    bytes.writeUInt32LE(count, at + 4);
    bytes.writeUInt32LE(value, at + 8);
  }
  bytes.writeUInt32LE(next === "itself" ? directory : 0, bytes.length - 4);
  return bytes;
}

const deflate = 8;
const [bits, compression, photometric, samples] = [
  [258, 8],
  [259, deflate],
  [262, 1],
  [277, 1],
] as const;
/** One strip of grey pixels at byte 8. */
const strip = (width: number, height: number, bytes: number, rows = height): Entry[] => [
  ...[[256, width] as const, [257, height] as const, bits, compression, photometric],
  ...[[273, 8] as const, samples, [278, rows] as const, [279, bytes] as const],
];
const tile = (side: number, bytes: number): Entry[] => [
  ...[[256, 8] as const, [257, 8] as const, bits, compression, photometric, samples],
  ...[[322, side] as const, [323, side] as const, [324, 8] as const, [325, bytes] as const],
];

const few = deflateSync(new Uint8Array(64).fill(9));
const flood = deflateSync(new Uint8Array(100_000_000));

describe("TIFF", () => {
  test("a small valid TIFF made by these functions is read", async () => {
    const { width, height, data } = await decodePicture(tiff(strip(8, 8, few.length), few));
    expect([width, height, ...data.subarray(0, 4)]).toEqual([8, 8, 9, 9, 9, 255]);
  });

  test.each<[string, Buffer, RegExp]>([
    ["a directory that is followed by itself", tiff(strip(8, 8, few.length), few, "itself"), /the TIFF is damaged/],
    [
      "3.6 billion pixels",
      tiff(strip(60_000, 60_000, few.length), few),
      /: the picture is announced as 60000×60000 pixels, at most 50 million are read; make it smaller/,
    ],
    ["49 million pixels that are not there", tiff(strip(7000, 7000, few.length), few), /the TIFF is damaged/],
    ["tiles of four billion pixels", tiff(tile(65_536, few.length), few), /the TIFF is damaged/],
    ["tiles of 2³¹ pixels a side", tiff(tile(2 ** 31 - 16, few.length), few), /the TIFF is damaged/],
    ["no size", tiff([bits], few), /the TIFF is damaged/],
    [
      "entries of four billion values",
      tiff([...strip(8, 8, 64).slice(0, 2), [258, 8, 2 ** 32 - 1]], few),
      /the TIFF is dam/,
    ],
  ])("%s", async (_, bytes, message) => {
    await quickly(async () => {
      await expect(decodePicture(bytes)).rejects.toThrow(message);
      await expect(decodePicture(bytes, { atLeast: [16, 16] })).rejects.toThrow(message);
    });
  });

  test("of a strip that inflates to far more bytes than its rows have, the rows are read", async () => {
    await quickly(async () => {
      const { width, height } = await decodePicture(tiff(strip(8, 8, flood.length), flood));
      expect([width, height]).toEqual([8, 8]);
    });
  });
});

describe("AVIF and WebP that announce another size", () => {
  test.each([
    [2 ** 31, /the AVIF is damaged/],
    [100_000, /announced as 100000×100000 pixels, at most 50 million are read/],
    [7000, /the AVIF is damaged/],
    [30, /the AVIF is damaged/],
  ])("AVIF, %i pixels a side", async (side, message) => {
    const bytes = Buffer.from(files.AVIF);
    const size = bytes.indexOf("ispe") + 8;
    bytes.writeUInt32BE(side, size);
    bytes.writeUInt32BE(side, size + 4);
    await quickly(() => expect(decodePicture(bytes)).rejects.toThrow(message));
  });

  test.each([
    [16_000, /announced as 16000×16000 pixels, at most 50 million are read/],
    [7000, /the WebP is damaged/],
  ])("WebP, %i pixels a side", async (side, message) => {
    const bytes = Buffer.from(files.WebP);
    // After a byte 2f there are 14 bits of width - 1 and 14 of height - 1.
    const at = bytes.indexOf("VP8L") + 9;
    bytes.writeUInt32LE((((side - 1) | ((side - 1) << 14)) & 0x0fffffff) >>> 0, at);
    await quickly(() => expect(decodePicture(bytes)).rejects.toThrow(message));
  });
});

let files: Record<"WebP" | "AVIF" | "TIFF", Buffer>;
beforeAll(async () => {
  const noise = Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * i * 7) % 251);
  const picture = () => sharp(noise, { raw: { width: 40, height: 30, channels: 3 } });
  files = {
    WebP: await picture().webp({ lossless: true }).toBuffer(),
    AVIF: await picture().avif({ effort: 0 }).toBuffer(),
    TIFF: await picture().tiff({ compression: "lzw" }).toBuffer(),
  };
});

test.each(["WebP", "AVIF", "TIFF"] as const)("%s: a file that is cut at any byte is refused", async (format) => {
  const bytes = files[format];
  await decodePicture(bytes);
  for (let length = 0; length < bytes.length - 8; length += 1 + Math.floor(bytes.length / 150)) {
    const start = bytes.subarray(0, length);
    await expect(decodePicture(start), `${length} bytes`).rejects.toMatchObject({
      code: "file",
      call: "decodePicture",
    });
  }
});

test("the size of an AVIF follows from its first bytes; WebP and TIFF need all", async () => {
  expect(await measurePicture(files.WebP)).toEqual({ width: 40, height: 30 });
  expect(await measurePicture(files.AVIF.subarray(0, files.AVIF.indexOf("mdat") + 64))).toEqual({
    width: 40,
    height: 30,
  });
  expect(await measurePicture(files.TIFF)).toEqual({ width: 40, height: 30 });
});

/** Fails where it takes over four seconds, or where the process grows by more than 300 MB. */
async function quickly(run: () => Promise<unknown>): Promise<void> {
  const [began, before] = [performance.now(), process.memoryUsage.rss()];
  await run();
  expect(performance.now() - began).toBeLessThan(4000);
  expect((process.memoryUsage.rss() - before) / 2 ** 20).toBeLessThan(300);
}
