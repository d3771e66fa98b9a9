// What the engine tells the visitor, as plain data: the page has the words, in its language. `words` are those of the library's errors.
import type { Refusal } from "../engine/gpu.ts";

/** The values of each thing that can be told. */
export interface Tellings {
  /** A model was loaded. */
  loaded: { readonly name: string };
  /** A data set was taken. */
  data: {
    readonly name: string;
    readonly width: number;
    readonly height: number;
    readonly train: number;
    readonly test: number;
  };
  /** A picture was scaled down while it was decoded. */
  scaledDown: { readonly name: string; readonly width: number; readonly height: number };
  severalKinds: object;
  /** The file is empty. */
  empty: { readonly name: string };
  /** A picture in a format that this browser does not decode, such as HEIC. */
  format: { readonly name: string; readonly format: string };
  /** No picture that could be decoded. */
  unreadable: { readonly name: string };
  noInk: { readonly name: string };
  damagedIdx: { readonly name: string; readonly words: string };
  damagedModel: { readonly name: string; readonly words: string };
  idxType: { readonly name: string; readonly type: string };
  idxPairs: { readonly names: readonly string[] };
  noLabels: { readonly name: string };
  noPictures: { readonly name: string };
  counts: {
    readonly name: string;
    readonly count: number;
    readonly other: string;
    readonly otherCount: number;
  };
  tooFew: { readonly name: string; readonly count: number; readonly least: number };
  pictureSize: { readonly name: string; readonly width: number; readonly height: number; readonly most: number };
  unequalSizes: object;
  /** The net does not fit the data. */
  misfit: {
    readonly input: string;
    readonly classes: readonly string[];
    readonly data: string;
    readonly dataInput: string;
    readonly dataClasses: readonly string[];
  };
  fetch: { readonly file: string; readonly words: string };
  arrivedDamaged: { readonly file: string; readonly words: string };
  /** The GPU could not go on with a training. */
  gpuFailed: { readonly refusal: Refusal };
}

export type Told = { [K in keyof Tellings]: { readonly about: K } & Tellings[K] }[keyof Tellings];

/** The words for everything that can be told, in one language. */
export type Wordings = { readonly [K in keyof Tellings]: (values: Tellings[K]) => string };

export function wordsFor(told: Told, wordings: Wordings): string {
  const write = wordings[told.about] as (values: Told) => string;
  return write(told);
}
