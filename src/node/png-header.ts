// PNG: a signature, then chunks of length, four letters, contents and checksum: IHDR first, IEND last, IDAT the deflated pixels.
// A decoder seldom says that a file is cut off, and inflates an interlaced picture without a bound of its own.
import { inflateSync } from "node:zlib";
import { orientationOf } from "./orientation.ts";
import { checkSize, fail, letters, type PictureFormat, type PictureHeader, viewOf } from "./picture-formats.ts";

/** Deflate shrinks nothing to less than a 1032nd. */
const mostInflation = 1032;
const unusualInflation = 16;

export const png: PictureFormat = {
  name: "PNG",
  type: "image/png",
  begins: (bytes) => bytes.length >= 8 && viewOf(bytes).getBigUint64(0) === 0x89504e470d0a1a0an,
  header: readHeader,
  check: checkChunks,
};

function readHeader(bytes: Uint8Array): PictureHeader {
  const view = viewOf(bytes);
  if (bytes.length < 33) fail(bytes.length, "the PNG ends before its last chunk, it is cut off");
  if (letters(bytes, 12, 4) !== "IHDR" || view.getUint32(8) !== 13) fail(8, "the PNG does not begin with its header");
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  checkSize(width, height, 16);
  for (let at = 33; at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
    const type = letters(bytes, at, 8).slice(4);
    if (type === "IDAT") break;
    if (type === "eXIf") {
      const orientation = orientationOf(bytes.subarray(at + 8, at + 8 + view.getUint32(at)));
      return { width, height, orientation };
    }
  }
  return { width, height, orientation: 1 };
}

function checkChunks(bytes: Uint8Array, { width, height }: PictureHeader): void {
  const view = viewOf(bytes);
  const data: Uint8Array[] = [];
  for (let at = 8; ; ) {
    if (at + 12 > bytes.length) fail(bytes.length, "the PNG ends before its last chunk, it is cut off");
    const length = view.getUint32(at);
    const type = letters(bytes, at + 4, 4);
    const next = at + 12 + length;
    if (next > bytes.length) fail(bytes.length, `the PNG ends within its chunk ${JSON.stringify(type)}, it is cut off`);
    if (type === "IHDR" && at !== 8) fail(at, "the PNG has two headers");
    if (type === "IDAT") data.push(bytes.subarray(at + 8, at + 8 + length));
    if (type === "IEND") break;
    at = next;
  }
  const raw = rawBytes(bytes, width, height);
  const deflated = data.reduce((sum, part) => sum + part.length, 0);
  if (raw > mostInflation * deflated + mostInflation)
    fail(16, `a size is announced that ${deflated} bytes of pixels cannot hold`);
  const interlaced = bytes[28] !== 0;
  // The seven passes of an interlaced picture add a byte a row each.
  if (interlaced) inflateBounded(Buffer.concat(data), 2 * raw + 4096);
  // Few pictures shrink as far as this; of one that says so the pixels are counted before the decoder makes room for them.
  else if (raw > unusualInflation * deflated && inflateBounded(Buffer.concat(data), 2 * raw + 4096) < raw)
    fail(16, "the PNG holds fewer pixels than it announces");
}

/** A byte for the filter and the samples' bits, each row. */
function rawBytes(bytes: Uint8Array, width: number, height: number): number {
  const samples = new Map([...[0, 3].map((type) => [type, 1] as const), [4, 2], [2, 3], [6, 4]]).get(bytes[25]);
  if (samples === undefined) fail(25, `colour type ${bytes[25]} does not exist`);
  return height * (1 + Math.ceil((width * samples * bytes[24]) / 8));
}

function inflateBounded(deflated: Uint8Array, most: number): number {
  try {
    return inflateSync(deflated, { maxOutputLength: most }).length;
  } catch (error) {
    const tooMuch = error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    return fail(
      16,
      tooMuch ? "the PNG holds more pixels than it announces" : "the PNG is damaged: its pixels do not inflate",
    );
  }
}
