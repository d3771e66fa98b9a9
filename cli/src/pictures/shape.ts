// What is asked of pictures whether they are in memory or streamed.
import { fingerprint } from "chainrule/data";
import type { Pictures } from "../data-set.ts";

/** [N, C, H, W] */
export const shapeOf = (pictures: Pictures): readonly number[] =>
  "images" in pictures ? pictures.images.shape : pictures.shape;

/** A text that depends on the pictures and their labels; of streamed ones, on the names and sizes of their files. */
export const fingerprintOf = (pictures: Pictures): string =>
  "images" in pictures ? fingerprint(pictures) : pictures.fingerprint;
