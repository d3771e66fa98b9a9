// Files that predict makes of its answers: each kind of them takes one answer after the other, in the order of the pictures.
import type { Screen } from "../terminal/screen.ts";

export interface Found {
  readonly image: string;
  /** Whether it was found in a folder, among others; if not, its name was typed. */
  readonly inFolder: boolean;
  /** The picture as the net takes it: uint8 [C, H, W]. */
  readonly bytes: Uint8Array;
  /** Of each class. */
  readonly probabilities: Float32Array;
  /** The classes, the likeliest first. */
  readonly order: readonly number[];
}

export interface Output {
  /** Takes an answer, and returns what went wrong with this picture; null where nothing did. Throws BadInput where nothing more can be written. */
  take(found: Found): Promise<string | null>;
  /** Takes a picture without an answer, and the reason. */
  fail(image: string, reason: string): void;
  /** All pictures were tried: writes what is left to write, and says what was written. Throws BadInput where it cannot be. */
  finish(screen: Screen): Promise<string>;
  /** The command ends early: says in words what there is of the files. */
  endEarly(): string;
}
