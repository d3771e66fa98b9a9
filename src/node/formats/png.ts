// PNG: a signature, then chunks of length, four letters, contents and checksum: IHDR first, IEND last, IDAT with the deflated pixels. The
// file is checked because decoders seldom report that it is cut off, and inflate an interlaced picture without a limit.
import { inflateSync } from "node:zlib";
import { type CheckedFormat, checkSize, fail, letters, type PictureHeader, viewOf } from "./format.ts";
import { orientationOf } from "./orientation.ts";

/** Deflate makes data smaller by this factor at most. */
const maxInflation = 1032;
/** Deflate makes few pictures smaller by more than this factor. */
const suspiciousInflation = 16;

export const png: CheckedFormat = { header: readHeader, check: checkChunks };

function readHeader(bytes: Uint8Array): PictureHeader {
  const view = viewOf(bytes);
  if (bytes.length < 33) fail(bytes.length, "the PNG ends before its last chunk: it is cut off");
  if (letters(bytes, 12, 4) !== "IHDR" || view.getUint32(8) !== 13) fail(8, "the PNG does not begin with its header");
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  checkSize(width, height, 16);
  for (let at = 33; at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
    const type = letters(bytes, at, 8).slice(4);
    if (type === "IDAT") break;
    if (type === "eXIf") {
      const orientation = orientationOf(bytes.subarray(at + 8, at + 8 + view.getUint32(at)));
      return { width, height, orientation, colours: "RGB" };
    }
  }
  return { width, height, orientation: 1, colours: "RGB" };
}

function checkChunks(bytes: Uint8Array, { width, height }: PictureHeader): number {
  const view = viewOf(bytes);
  const data: Uint8Array[] = [];
  let at = 8;
  for (;;) {
    if (at + 12 > bytes.length) fail(bytes.length, "the PNG ends before its last chunk: it is cut off");
    const length = view.getUint32(at);
    const type = letters(bytes, at + 4, 4);
    const next = at + 12 + length;
    if (next > bytes.length) fail(bytes.length, `the PNG ends within its chunk ${JSON.stringify(type)}: it is cut off`);
    if (type === "IHDR" && at !== 8) fail(at, "the PNG has two headers");
    if (type === "IDAT") data.push(bytes.subarray(at + 8, at + 8 + length));
    at = next;
    if (type === "IEND") break;
  }
  const raw = rawBytes(bytes, width, height);
  const deflated = data.reduce((sum, part) => sum + part.length, 0);
  if (raw > maxInflation * deflated + maxInflation)
    fail(16, `the PNG announces ${width}×${height} pixels, which ${deflated} bytes of pixels cannot hold`);
  const isInterlaced = bytes[28] !== 0;
  // Each of the seven passes of an interlaced picture adds one byte a row.
  const maxBytes = 2 * raw + 4096;
  if (isInterlaced) inflateBounded(Buffer.concat(data), maxBytes);
  // If deflate made the pixels so small, they are counted before the decoder allocates memory for them.
  else if (raw > suspiciousInflation * deflated && inflateBounded(Buffer.concat(data), maxBytes) < raw)
    fail(16, "the PNG holds fewer pixels than it announces");
  return at;
}

/** The number of inflated bytes: in each row one byte for the filter, and the bits of the samples. */
function rawBytes(bytes: Uint8Array, width: number, height: number): number {
  const samples = new Map([...[0, 3].map((type) => [type, 1] as const), [4, 2], [2, 3], [6, 4]]).get(bytes[25]);
  if (samples === undefined) fail(25, `the PNG has the colour type ${bytes[25]}, which does not exist`);
  return height * (1 + Math.ceil((width * samples * bytes[24]) / 8));
}

/** The number of bytes that the data inflate to; throws where they are more than `maxBytes`. */
function inflateBounded(deflated: Uint8Array, maxBytes: number): number {
  try {
    return inflateSync(deflated, { maxOutputLength: maxBytes }).length;
  } catch (error) {
    const isTooLong = error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    return fail(
      16,
      isTooLong ? "the PNG holds more pixels than it announces" : "the PNG is damaged: its pixels do not inflate",
    );
  }
}
