// A cache file consists of blocks, which are only ever appended:
//
//   uint32 LE    the length of the content in bytes
//   uint32 LE    the CRC-32 of the content
//   content      safetensors: metadata, and in all blocks but the first one `planes`, uint8 [planes, height, width]
//
// The first block's metadata are `format`, and `way`, the reading key: decoder, form and version with which the pictures were read. The metadata
// of the others are `format`, and `pictures`, as JSON: [name in the folder, bytes of the file, time of its last change in ms, number of planes]
// of each picture. A block that is damaged, or was not written to its end, fails its checksum: it and the blocks after it are not read.
import { readSync } from "node:fs";
import { crc32 } from "node:zlib";
import { readSafetensors, writeSafetensors } from "../../io/safetensors.ts";
import { tensor } from "../../tensor/create.ts";

/** The beginning of the format's name. It is in the first bytes of every cache file, also of those of earlier versions. */
export const formatPrefix = "chainrule-pictures-";
const format = `${formatPrefix}2`;

const headBytes = 8;

/** A picture in a block. */
export type Entry = readonly [name: string, bytes: number, changedMs: number, planes: 1 | 3];

export interface Block {
  readonly entries: readonly Entry[];
  readonly planes: Uint8Array;
  /** The offset of the next block. */
  readonly end: number;
}

function blockOf(content: Uint8Array): Uint8Array {
  const block = Buffer.allocUnsafeSlow(headBytes + content.length);
  block.writeUInt32LE(content.length, 0);
  block.writeUInt32LE(crc32(content), 4);
  block.set(content, headBytes);
  return block;
}

/** The bytes of the first block. */
export const firstBlock = (readingKey: string): Uint8Array =>
  blockOf(writeSafetensors(new Map(), { format, way: readingKey }));

/** The bytes of a block with these pictures, uint8 [planes, height, width]. */
export function pictureBlock(
  entries: readonly Entry[],
  data: Uint8Array,
  [height, width]: readonly number[],
): Uint8Array {
  const planes = tensor(data, { shape: [data.length / (height * width), height, width] });
  return blockOf(writeSafetensors(new Map([["planes", planes]]), { format, pictures: JSON.stringify(entries) }));
}

/** The reading key of the first block and its end; null where the file does not begin with such a block. */
export function readFirstBlock(handle: number): { readonly readingKey: string; readonly end: number } | null {
  const content = readContent(handle, 0);
  const readingKey = content?.metadata.format === format ? content.metadata.way : undefined;
  return content === null || readingKey === undefined ? null : { readingKey, end: content.end };
}

/** The block at this offset; null at the end of the file, and where the block is damaged. */
export function readPictureBlock(handle: number, offset: number): Block | null {
  return asPictures(readContent(handle, offset));
}

/** The bytes of a whole block as its pictures; null where it is damaged. */
export function parsePictureBlock(bytes: Uint8Array, offset: number): Block | null {
  const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const content = block.subarray(headBytes);
  const isWhole = block.length >= headBytes && content.length === block.readUInt32LE(0);
  return isWhole ? asPictures(parse(block, content, offset)) : null;
}

type Content = ReturnType<typeof readSafetensors> & { readonly end: number };

function asPictures(content: Content | null): Block | null {
  const planes = content?.tensors.get("planes");
  if (content === null || planes === undefined || planes.dtype !== "uint8") return null;
  try {
    return { entries: JSON.parse(content.metadata.pictures), planes: planes.data as Uint8Array, end: content.end };
  } catch {
    return null;
  }
}

/** No block has more: a decoding thread answers with a few megabytes, or with one picture. */
const maxContentBytes = 2 ** 30;

function readContent(handle: number, offset: number): Content | null {
  const head = Buffer.alloc(headBytes);
  if (readSync(handle, head, 0, headBytes, offset) < headBytes) return null;
  const length = head.readUInt32LE(0);
  if (length > maxContentBytes) return null;
  try {
    const content = Buffer.allocUnsafeSlow(length);
    if (readSync(handle, content, 0, length, offset + headBytes) < length) return null;
    return parse(head, content, offset);
  } catch {
    return null;
  }
}

/** The content behind a head; null where its checksum is another one. */
function parse(head: Buffer, content: Buffer, offset: number): Content | null {
  if (crc32(content) !== head.readUInt32LE(4)) return null;
  try {
    return { ...readSafetensors(content), end: offset + headBytes + content.length };
  } catch {
    return null;
  }
}

/** A block of which only the beginning was read: its pictures, without their pixels. */
export interface BlockHead {
  readonly entries: readonly Entry[];
  /** The offset of the next block. */
  readonly end: number;
}

/** The length of a safetensors header stands in the first bytes of the content, as uint64 LE. */
const headerLengthBytes = 8;

/** The head of the block at this offset of a file of `fileBytes` bytes; null at its end, and where the head is damaged. No checksum is computed. */
export function readBlockHead(handle: number, offset: number, fileBytes: number): BlockHead | null {
  const head = Buffer.alloc(headBytes + headerLengthBytes);
  if (readSync(handle, head, 0, head.length, offset) < head.length) return null;
  const end = offset + headBytes + head.readUInt32LE(0);
  const length = head.readUInt32LE(headBytes);
  if (end > fileBytes || length > end - offset || head.readUInt32LE(headBytes + 4) !== 0) return null;
  try {
    const header = Buffer.allocUnsafe(length);
    if (readSync(handle, header, 0, length, offset + head.length) < length) return null;
    const { __metadata__: metadata } = JSON.parse(header.toString("utf8"));
    return metadata.format === format ? { entries: JSON.parse(metadata.pictures), end } : null;
  } catch {
    return null;
  }
}
