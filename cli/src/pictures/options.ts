// The options for reading folders of pictures, and the record of them in a model file.
import type { Framing } from "chainrule/data";
import { isCount, isRecord } from "../records.ts";
import type { Screen } from "../terminal/screen.ts";

/** The options for reading pictures. */
export interface Reading {
  readonly screen: Screen;
  /** The pictures' size in pixels; null: the commonest size among them, with a longer side of at most `maxSide`. */
  readonly size: readonly [height: number, width: number] | null;
  readonly maxSide: number;
  readonly skipBroken: boolean;
  /** Whether decoded pictures are kept for the next time, and taken from the last time. */
  readonly cache: boolean;
  /** Called from time to time while pictures are read; throws to end the reading. */
  readonly check: () => void;
}

export type Size = readonly [height: number, width: number];

/** The options for reading and dividing a data set. */
export interface Loading extends Reading {
  readonly seed: number;
  /** The fraction of the training pictures that is set aside for validation, 0 for none. */
  readonly validation: number;
  /** Throws BadInput where the net does not take pictures of this size; called before they are decoded. */
  readonly checkSize: (size: Size) => void;
  /** Throws BadInput where all pictures, decoded, take too many bytes; called before they are decoded. */
  readonly checkBytes?: (bytes: number) => void;
}

/** How a model's pictures were read and divided, as the model file records it. */
export interface FolderRecord {
  readonly size: readonly [height: number, width: number] | null;
  readonly skipBroken: boolean;
  /** A digest of the names and sizes of the files from which the test pictures were set aside; null where the test has a folder of its own. */
  readonly dividedFrom: string | null;
  /** The shards of pictures that were streamed; without it they were in memory. */
  readonly shards?: Shards;
}

/** The numbers of pictures in a shard, and of shards that are mixed. */
export interface Shards {
  readonly pictures: number;
  readonly window: number;
}

/** Whether parsed JSON is a folder record, or null as in the model files of other data. */
export function isFolderRecord(value: unknown): value is FolderRecord | null {
  if (value === null) return true;
  if (!isRecord(value) || typeof value.skipBroken !== "boolean") return false;
  const { size, dividedFrom, shards } = value;
  const isPositive = (n: unknown) => isCount(n) && n > 0;
  const isShards = isRecord(shards) && isPositive(shards.pictures) && isPositive(shards.window);
  if (shards !== undefined && !isShards) return false;
  const sized = size === null || (Array.isArray(size) && size.length === 2 && size.every((n) => isCount(n) && n > 0));
  return sized && (dividedFrom === null || typeof dividedFrom === "string");
}

/** What a model file says about the pictures that the model takes and was trained on. */
export interface Trained {
  /** The shape of the pictures that the model takes. */
  readonly input: readonly [channels: number, height: number, width: number];
  readonly classes: readonly string[];
  readonly framing: Framing;
  readonly record: FolderRecord | null;
  readonly seed: number;
}
