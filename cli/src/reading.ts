// How folders of pictures are read: what is asked for, and what a model remembers of it.
import type { Screen } from "./screen.ts";

/** What is asked for when pictures are read. */
export interface Reading {
  readonly screen: Screen;
  /** In pixels; null: what most pictures have. */
  readonly size: readonly [height: number, width: number] | null;
  readonly skipBroken: boolean;
  /** The folder where decoded pictures are kept, beside the model. */
  readonly cacheIn: string;
  /** Whether they are to be kept there; else what is kept already is used. */
  readonly keep: boolean;
  /** Asked now and then; throws to end the reading. */
  readonly check: () => void;
}

/** How a model's pictures were read and divided; it is kept in the model's file. */
export interface FolderRecord {
  readonly size: readonly [height: number, width: number] | null;
  readonly skipBroken: boolean;
  /** The fingerprint of the pictures that the test's were set aside from; null where they came in a folder of their own. */
  readonly dividedFrom: string | null;
}
