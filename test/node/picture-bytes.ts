// Picture files for tests, byte by byte: what no encoder writes.
import { deflateSync } from "node:zlib";
import { crc32Of } from "../io/crc.ts";

/** A PNG chunk: length, name, contents, checksum. */
export function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32Of(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

export interface PngOptions {
  /** The rows, each with its filter byte, before compression. */
  readonly rows: Uint8Array;
  readonly interlaced?: boolean;
  readonly bits?: number;
  /** 0 grey, 2 colour, 3 palette, 4 grey and alpha, 6 colour and alpha. */
  readonly colourType?: number;
  /** Chunks before the pixels, such as PLTE, tRNS, eXIf. */
  readonly before?: readonly Uint8Array[];
}

export function png(
  width: number,
  height: number,
  { rows, interlaced = false, bits = 8, colourType = 0, before = [] }: PngOptions,
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bits, colourType, 0, 0, interlaced ? 1 : 0], 8);
  const signature = Buffer.from("89504e470d0a1a0a", "hex");
  const pixels = chunk("IDAT", deflateSync(rows));
  return Buffer.concat([signature, chunk("IHDR", header), ...before, pixels, chunk("IEND", Buffer.alloc(0))]);
}

/** An EXIF block whose one entry is the orientation (0x0112), a short. */
export function exif(orientation: number, little = false): Buffer {
  const tiff = Buffer.alloc(26);
  const view = new DataView(tiff.buffer, tiff.byteOffset, 26);
  tiff.write(little ? "II" : "MM");
  view.setUint16(2, 42, little);
  view.setUint32(4, 8, little);
  view.setUint16(8, 1, little);
  view.setUint16(10, 0x0112, little);
  view.setUint16(12, 3, little);
  view.setUint32(14, 1, little);
  view.setUint16(18, orientation, little);
  return tiff;
}

/** The JPEG with a further segment after its start. */
export function withSegment(jpeg: Uint8Array, marker: number, contents: Uint8Array): Buffer {
  const head = Buffer.from([0xff, marker, (contents.length + 2) >> 8, (contents.length + 2) & 255]);
  return Buffer.concat([jpeg.subarray(0, 2), head, contents, jpeg.subarray(2)]);
}

/** The JPEG with an EXIF orientation. */
export const turned = (jpeg: Uint8Array, orientation: number, little = false): Buffer =>
  withSegment(jpeg, 0xe1, Buffer.concat([Buffer.from("Exif\0\0"), exif(orientation, little)]));

export interface BmpOptions {
  /** The rows, each padded to four bytes, from the last one up; from the first one down where the height is negative. */
  readonly rows: Uint8Array;
  readonly bits: number;
  /** Where red, green, blue and alpha are in a pixel: "bit fields", which only a header of 124 bytes has for alpha. */
  readonly masks?: readonly number[];
  /** Words of 0x00RRGGBB. */
  readonly palette?: readonly number[];
}

export function bmp(width: number, height: number, { rows, bits, masks = [], palette = [] }: BmpOptions): Buffer {
  const headerBytes = masks.length === 4 ? 124 : 40;
  const colours = 14 + headerBytes + (masks.length === 3 ? 12 : 0);
  const start = colours + 4 * palette.length;
  const bytes = Buffer.alloc(start + rows.length);
  bytes.write("BM");
  for (const [at, value] of [
    [2, bytes.length],
    [10, start],
    [14, headerBytes],
    [46, palette.length],
  ] as const)
    bytes.writeUInt32LE(value, at);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(bits, 28);
  bytes.writeUInt32LE(masks.length > 0 ? 3 : 0, 30);
  for (const [i, mask] of masks.entries()) bytes.writeUInt32LE(mask, 54 + 4 * i);
  for (const [i, colour] of palette.entries()) bytes.writeUInt32LE(colour, colours + 4 * i);
  bytes.set(rows, start);
  return bytes;
}

const base64 = (text: string) => Buffer.from(text, "base64");

/** 8 × 8 pixels of (200, 40, 40), whose components are red, green and blue: Adobe's transform is 0, and they are named R, G and B. */
export const rgbJpeg = base64(
  "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwADAgIDAgIDAwMDBAMDBAUIBQUEBAUKBwcGCAwKDAwLCgsLDQ4SEA0OEQ4LCxAWEBETFBUVFQwPFxgWFBgSFBUU/8AAEQgACAAIA1" +
    "IRAEcRAEIRAP/EABQAAQAAAAAAAAAAAAAAAAAAAAj/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oADANSAEcAQgAAPwBgAoCj/9k=",
);

/** 8 × 8 pixels of (200, 40, 40) in cyan, magenta, yellow and black, inverted as Adobe's programs write them. */
export const cmykJpeg = base64(
  "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwADAgIDAgIDAwMDBAMDBAUIBQUEBAUKBwcGCAwKDAwLCgsLDQ4SEA0OEQ4LCxAWEBETFBUVFQwPFxgWFBgSFBUU/8AAFAgACAAIBE" +
    "MRAE0RAFkRAEsRAP/EABUAAQEAAAAAAAAAAAAAAAAAAAgJ/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAA4EQwBNAFkASwAAPwBgAoCiqb//2Q==",
);

/** 8 × 8 pixels of (200, 40, 40), arithmetic-coded. */
export const arithmeticJpeg = base64(
  "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBA" +
    "UEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/yQARCAAIAAgDAREAAhEBAxEB/8wACgAQEAUBEBEF/9oADAMB" +
    "AAIRAxEAPwD/ANIOpeCKxP/Z",
);
