// Looks at a PNG or JPEG before a decoder does. A picture of a few bytes may announce a size of many gigabytes, and decoders
// allocate what is announced; and where a file is cut off, a decoder seldom says so. Both are read off the file's structure, without
// decoding: chunks in a PNG, segments in a JPEG.
import { inflateSync } from "node:zlib";

/** Fifty million pixels: what the largest phone cameras take. */
const mostPixels = 50_000_000;

/** Throws, naming the byte, unless this is a whole PNG or JPEG of a size that its own length makes possible. */
export function checkPicture(bytes: Uint8Array): "image/png" | "image/jpeg" {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length >= 8 && view.getBigUint64(0) === 0x89504e470d0a1a0an) {
    checkPng(bytes, view);
    return "image/png";
  }
  if (bytes.length >= 3 && view.getUint16(0) === 0xffd8) {
    checkJpeg(bytes, view);
    return "image/jpeg";
  }
  return fail(0, "neither a PNG nor a JPEG; save the picture as one of these");
}

/** Signature, then chunks: length, four letters, contents, checksum; IHDR first, IEND last, IDAT the deflated pixels. */
function checkPng(bytes: Uint8Array, view: DataView): void {
  const data: Uint8Array[] = [];
  let header: { raw: number; interlaced: boolean } | null = null;
  for (let at = 8; ; ) {
    if (at + 12 > bytes.length) fail(bytes.length, "the PNG ends before its last chunk, it is cut off");
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const next = at + 12 + length;
    if (next > bytes.length) fail(bytes.length, `the PNG ends within its chunk ${JSON.stringify(type)}, it is cut off`);
    if (header === null) {
      if (type !== "IHDR" || length !== 13) fail(at, "the PNG does not begin with its header");
      header = pngHeader(bytes, view);
    }
    if (type === "IDAT") data.push(bytes.subarray(at + 8, at + 8 + length));
    if (type === "IEND") break;
    at = next;
  }
  // Deflate shrinks nothing to less than a 1032nd.
  const deflated = data.reduce((sum, part) => sum + part.length, 0);
  if (header.raw > 1032 * deflated + 1032) fail(16, `a size is announced that ${deflated} bytes of pixels cannot hold`);
  // The decoder inflates an interlaced picture without a bound of its own. Its seven passes add a byte a row each.
  if (header.interlaced) inflateBounded(Buffer.concat(data), 2 * header.raw + 4096);
}

function pngHeader(bytes: Uint8Array, view: DataView): { raw: number; interlaced: boolean } {
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  checkSize(width, height, 16);
  const samples = new Map([...[0, 3].map((type) => [type, 1] as const), [4, 2], [2, 3], [6, 4]]).get(bytes[25]);
  if (samples === undefined) fail(25, `colour type ${bytes[25]} does not exist`);
  return { raw: height * (1 + Math.ceil((width * samples * bytes[24]) / 8)), interlaced: bytes[28] !== 0 };
}

function inflateBounded(deflated: Uint8Array, most: number): void {
  try {
    inflateSync(deflated, { maxOutputLength: most });
  } catch (error) {
    const tooMuch = error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    fail(16, tooMuch ? "the PNG holds more pixels than it announces" : "the PNG's pixels are damaged");
  }
}

/** Segments: ff, a marker, a length, contents. SOF (c0 … cf without c4, c8, cc) tells the size; SOS (da) begins the pixels. */
function checkJpeg(bytes: Uint8Array, view: DataView): void {
  let at = 2;
  for (;;) {
    if (at + 4 > bytes.length) fail(bytes.length, "the JPEG ends before its pixels, it is cut off");
    if (bytes[at] !== 0xff) fail(at, "the JPEG is damaged: a segment should begin here");
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = view.getUint16(at + 2);
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      if (at + 9 > bytes.length) fail(bytes.length, "the JPEG ends within its header, it is cut off");
      const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      checkSize(width, height, at + 5);
      // A block of 8 × 8 pixels takes at least a bit.
      if (width * height > 512 * bytes.length)
        fail(at + 5, `${width}×${height} pixels are announced, more than the file can hold`);
    }
    if (marker === 0xda) break;
    at += 2 + length;
  }
  // Within the pixels an ff is never followed by d9, the end marker; cameras append things after it.
  let end = bytes.length - 2;
  while (end > at && !(bytes[end] === 0xff && bytes[end + 1] === 0xd9)) end--;
  if (end <= at) fail(bytes.length, "the JPEG ends within its pixels, it is cut off");
}

function checkSize(width: number, height: number, byte: number): void {
  if (width === 0 || height === 0) fail(byte, `the picture is announced as ${width}×${height} pixels`);
  if (width * height > mostPixels)
    fail(
      byte,
      `the picture is announced as ${width}×${height} pixels, at most ${mostPixels / 1e6} million are read; make it smaller`,
    );
}

function fail(byte: number, problem: string): never {
  throw new Error(`byte ${byte}: ${problem}`);
}
