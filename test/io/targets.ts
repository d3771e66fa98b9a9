// The readers of files: for each some good files, the beginnings of its errors, and the memory that it may allocate.

import { gzipSync } from "node:zlib";
import { tensor, zeros } from "chainrule";
import { readIdx } from "chainrule/data";
import { readSafetensors, writeSafetensors } from "chainrule/io";
import { Jimp } from "jimp";
import sharp, { type Sharp } from "sharp";
import { measurePicture } from "../../src/node/check.ts";
import { decodeWith } from "../../src/node/decode.ts";
import type { DecoderName } from "../../src/node/decoders/installed.ts";
import { idx } from "../node/synthetic.ts";
import { crc32Of } from "./crc.ts";
import type { Random } from "./mutate.ts";

export interface Target {
  readonly name: string;
  readonly seeds: readonly Uint8Array[];
  readonly read: (bytes: Uint8Array) => unknown;
  /** The beginning of each error. */
  readonly message: RegExp;
  /** Bytes that reading a file may allocate in total. */
  readonly allowance: (bytes: Uint8Array) => number | Promise<number>;
  /** Corrects the checksums, so that they do not catch the changes. */
  readonly repair?: (bytes: Uint8Array, random: Random) => Uint8Array;
}

/** Bytes that any file may take: its own header as text, and small arrays. */
const small = 1 << 14;

export async function makeTargets(): Promise<readonly Target[]> {
  const pictures = await makePictures();
  const plain = idxFiles();
  const picture = (format: string, decoder: DecoderName, perPixel: number, constant = 2 * small): Target => ({
    name: `${format}, ${decoder}`,
    seeds: pictures[format],
    read: (bytes) => decodeWith(bytes, null, [decoder]),
    message:
      /^decodePicture: (byte \d+: |the picture is announced as |the \w+ is damaged \(|the file is (an arithm|a CMYK|a \w+ with samples))/,
    allowance: async (bytes) => constant + 4 * bytes.length + perPixel * (await announced(bytes)),
  });
  const repairedPng = (bytes: Uint8Array, random: Random) => (random() < 0.8 ? repairPng(bytes) : bytes);
  return [
    {
      name: "safetensors",
      seeds: safetensorsFiles(),
      read: readSafetensors,
      message: /^readSafetensors: /,
      allowance: (bytes) => 4 * bytes.length + small,
    },
    {
      name: "IDX",
      seeds: plain,
      read: readIdx,
      message: /^readIdx: byte \d+/,
      allowance: (bytes) => 4 * bytes.length + small,
    },
    {
      name: "IDX, gzipped",
      seeds: plain,
      read: readIdx,
      message: /^readIdx: byte \d+/,
      // The data inflate to at most 1032 times their length; the files here are small.
      allowance: (bytes) => 4 * bytes.length + 8 * small,
      repair: (bytes, random) => (random() < 0.5 ? new Uint8Array(gzipSync(bytes)) : damage(gzipSync(bytes), random)),
    },
    // Four bytes a pixel are the result; before it there are the rows and, for some kinds, another form of the pixels.
    { ...picture("PNG", "sharp", 16), repair: repairedPng },
    { ...picture("PNG", "jimp", 16), repair: repairedPng },
    picture("JPEG", "sharp", 16),
    picture("JPEG", "jimp", 40, 2 ** 21 + small),
    picture("GIF", "sharp", 16),
    picture("GIF", "jimp", 16),
    picture("BMP", "jimp", 16),
    picture("WebP", "sharp", 16),
    picture("AVIF", "sharp", 16),
    picture("TIFF", "sharp", 16),
  ];
}

function damage(bytes: Uint8Array, random: Random): Uint8Array {
  const result = new Uint8Array(bytes);
  result[Math.floor(random() * result.length)] ^= 1 << Math.floor(random() * 8);
  return result;
}

async function announced(bytes: Uint8Array): Promise<number> {
  try {
    const { width, height } = await measurePicture(bytes);
    return width * height;
  } catch {
    return 0;
  }
}

function safetensorsFiles(): Uint8Array[] {
  const half = new TextEncoder().encode('{"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}  ');
  const halves = new Uint8Array(8 + half.length + 4);
  halves.set([half.length], 0);
  halves.set(half, 8);
  return [
    halves,
    writeSafetensors(new Map()),
    writeSafetensors(new Map([["a", tensor([1, 2, 3])]]), { format: "pt" }),
    writeSafetensors(
      new Map([
        ["0.weight", zeros([4, 3])],
        ["0.bias", zeros([4])],
        ["1.num_batches_tracked", tensor(Int32Array.of(7), { shape: [] })],
        ["flags", tensor([true, false, true])],
        ["bytes", tensor(Uint8Array.of(1, 2, 3), { shape: [3, 1] })],
        ["wide", zeros([2, 0, 3], { dtype: "float64" })],
      ]),
      { a: "1", b: '{"x": [1, 2]}' },
    ),
  ];
}

function idxFiles(): Uint8Array[] {
  const doubles = Uint8Array.from([0, 0, 0x0e, 1, 0, 0, 0, 2, ...new Uint8Array(16)]);
  const ints = Uint8Array.from([0, 0, 0x0c, 2, 0, 0, 0, 2, 0, 0, 0, 1, ...new Uint8Array(8)]);
  return [idx([3, 5, 5], new Uint8Array(75)), idx([10], new Uint8Array(10)), doubles, ints];
}

async function makePictures(): Promise<Record<string, Uint8Array[]>> {
  const image = new Jimp({ width: 19, height: 13, color: 0xff8000ff });
  for (let i = 0; i < image.bitmap.data.length; i += 3) image.bitmap.data[i] = (i * 37) & 255;
  const format = image.formats.find(({ mime }) => mime === "image/png");
  const { bitmap } = image;
  const encode = format?.encode as ((bitmap: object, options: object) => Buffer) | undefined;
  const png = (options: object) => new Uint8Array(encode?.(bitmap, options) ?? []);
  const jpeg = await image.getBuffer("image/jpeg", { quality: 60 });
  const exif = Buffer.from("ffe100224578696600004d4d002a00000008000101120003000000010006000000000000", "hex");
  const made = () => sharp(bitmap.data, { raw: { width: 19, height: 13, channels: 4 } });
  const bytesOf = async (written: Sharp) => new Uint8Array(await written.toBuffer());
  return {
    PNG: [
      png({}),
      png({ colorType: 2 }),
      png({ colorType: 0 }),
      png({ colorType: 4 }),
      png({ colorType: 0, bitDepth: 16 }),
      await bytesOf(made().png({ palette: true })),
    ],
    JPEG: [
      new Uint8Array(jpeg),
      new Uint8Array(Buffer.concat([jpeg.subarray(0, 2), exif, jpeg.subarray(2)])),
      await bytesOf(made().jpeg({ progressive: true })),
      await bytesOf(made().toColourspace("cmyk").jpeg()),
    ],
    GIF: [new Uint8Array(await image.getBuffer("image/gif"))],
    BMP: [new Uint8Array(await image.getBuffer("image/bmp"))],
    WebP: [await bytesOf(made().webp()), await bytesOf(made().webp({ lossless: true }))],
    AVIF: [await bytesOf(made().avif({ effort: 0 }))],
    TIFF: [
      await bytesOf(made().tiff({ compression: "none" })),
      await bytesOf(made().tiff({ compression: "lzw", predictor: "horizontal" })),
      await bytesOf(made().tiff({ compression: "deflate", tile: true, tileWidth: 16, tileHeight: 16 })),
      await bytesOf(made().removeAlpha().tiff({ compression: "jpeg" })),
    ],
  };
}

/** Corrects the checksum of every chunk, as far as the chunks can be followed. */
function repairPng(bytes: Uint8Array): Uint8Array {
  const result = bytes.slice();
  const view = new DataView(result.buffer);
  for (let at = 8; at + 12 <= result.length; ) {
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > result.length) break;
    view.setUint32(end, crc32Of(result.subarray(at + 4, end)));
    at = end + 4;
  }
  return result;
}
