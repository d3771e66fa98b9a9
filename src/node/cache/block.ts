// A cache file consists of blocks, which are only ever appended:
//
//   uint32 LE    the length of the content in bytes
//   uint32 LE    the CRC-32 of the content
//   content      safetensors: metadata, and in all blocks but the first one `planes`, uint8 [planes, height, width]
//
// Metadata of the first block: `format`, and `way`, in which the pictures were read. Of the others: `format`, and `pictures`, as JSON:
// [name in the folder, bytes of the file, time of its last change in ms, number of planes] of each picture. A block that was not written to
// its end, or was damaged, fails its checksum; it and all after it are lost, and nothing else.
import { readSync } from "node:fs";
import { crc32 } from "node:zlib";
import { readSafetensors, writeSafetensors } from "../../io/safetensors.ts";
import { tensor } from "../../tensor/create.ts";

/** The beginning of the format's name, which the first bytes of every cache file hold, those of earlier versions too. */
export const formatPrefix = "chainrule-pictures-";
const format = `${formatPrefix}2`;

const headBytes = 8;

export type Entry = readonly [name: string, bytes: number, changed: number, planes: 1 | 3];

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

export const firstBlock = (way: string): Uint8Array => blockOf(writeSafetensors(new Map(), { format, way }));

export function pictureBlock(
  entries: readonly Entry[],
  data: Uint8Array,
  [height, width]: readonly number[],
): Uint8Array {
  const planes = tensor(data, { shape: [data.length / (height * width), height, width] });
  return blockOf(writeSafetensors(new Map([["planes", planes]]), { format, pictures: JSON.stringify(entries) }));
}

/** The way of the first block and its end; null where the file does not begin with one. */
export function readFirstBlock(handle: number): { readonly way: string; readonly end: number } | null {
  const found = readContent(handle, 0);
  const way = found?.metadata.format === format ? found.metadata.way : undefined;
  return found === null || way === undefined ? null : { way, end: found.end };
}

/** The block at this offset; null where there is none, or a damaged one. */
export function readPictureBlock(handle: number, at: number): Block | null {
  const found = readContent(handle, at);
  const planes = found?.tensors.get("planes");
  if (found === null || planes === undefined || planes.dtype !== "uint8") return null;
  try {
    return { entries: JSON.parse(found.metadata.pictures), planes: planes.data as Uint8Array, end: found.end };
  } catch {
    return null;
  }
}

/** More than any block has: decoding threads answer with a few megabytes, or with one picture. */
const maxContentBytes = 2 ** 30;

function readContent(handle: number, at: number) {
  const head = Buffer.alloc(headBytes);
  if (readSync(handle, head, 0, headBytes, at) < headBytes) return null;
  const length = head.readUInt32LE(0);
  if (length > maxContentBytes) return null;
  try {
    const content = Buffer.allocUnsafeSlow(length);
    if (readSync(handle, content, 0, length, at + headBytes) < length) return null;
    return crc32(content) === head.readUInt32LE(4)
      ? { ...readSafetensors(content), end: at + headBytes + length }
      : null;
  } catch {
    return null;
  }
}
