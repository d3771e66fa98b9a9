// The form in which a net takes pictures, and pictures that were brought into it: what reading and the cache say to each other.
import type { Framing } from "../data/framing.ts";

/** The form in which a net takes pictures. */
export interface Form {
  /** In pixels. */
  readonly size: readonly [height: number, width: number];
  readonly framing: Framing;
  /** 1: one plane, grey, as digits have it. null: one plane for a grey picture and three for a coloured one. */
  readonly channels: 1 | null;
}

/** Decoded pictures. */
export interface DecodeAnswer {
  /** The planes of all pictures that can be read, in order: uint8 [planes, height, width]. */
  readonly data: Uint8Array;
  /** The number of planes of each picture, 0 where it cannot be read. */
  readonly planes: readonly (0 | 1 | 3)[];
  readonly problems: readonly { readonly index: number; readonly problem: string }[];
}
