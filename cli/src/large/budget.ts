// Decides whether a folder's pictures are streamed: where their decoded bytes do not fit into the memory that is given to them.

import type { Loading, Shards } from "../pictures/options.ts";
import type { Surveyed } from "../pictures/surveyed.ts";
import { decodedBytes } from "../pictures/surveyed.ts";

/** Decoded pictures of more bytes than this are streamed, unless --memory says otherwise. */
export const defaultMemory = 2 ** 29;

export interface Budget {
  /** As it was typed; undefined where it was not. */
  readonly memory: number | undefined;
  readonly cacheLimit: number | undefined;
  /** Of a training that goes on: the shards that it began with, null for pictures in memory. Undefined for a new training. */
  readonly shards: Shards | null | undefined;
  /** Of a training that goes on: the number of channels. */
  readonly channels: 1 | 3 | undefined;
  /** Whether decoded pictures are kept for later epochs. */
  readonly keeps: boolean;
}

/** The bounds of a shard, in pictures and bytes, and of a window, in pictures and shards. */
const maxShard = { pictures: 256, bytes: 2 ** 22 };
const maxWindow = { pictures: 4096, shards: 32 };

/** Shards of which two windows, those that are used and those that are read ahead, fit into the memory. */
export function shardsFor(pictureBytes: number, { memory = defaultMemory, shards }: Budget): Shards {
  if (shards !== undefined && shards !== null) return shards;
  const bytes = Math.min(maxShard.bytes, memory / 16);
  const pictures = Math.max(1, Math.min(maxShard.pictures, Math.floor(bytes / pictureBytes)));
  const fitting = Math.floor(memory / 2 / (pictures * pictureBytes));
  const window = Math.max(1, Math.min(maxWindow.shards, Math.ceil(maxWindow.pictures / pictures), fitting));
  return { pictures, window };
}

/** The length of the longest typed array that every supported engine has. */
const maxArrayBytes = 2 ** 32 - 1;

export const isLarge = (surveyed: Surveyed, size: Loading["size"], { memory, shards }: Budget): boolean =>
  shards === undefined
    ? decodedBytes(surveyed, size) > Math.min(memory ?? defaultMemory, maxArrayBytes)
    : shards !== null;
