// The data of a report, as plain numbers and words; the page is made from these alone. They hold no tensors and no clock:
// the same data give the same page, byte for byte. Numbers that follow from others (accuracy, precision, the commonest confusions) are
// left out: the page computes them, so that it cannot contradict itself.

import type { HeatMap } from "../why/heat.ts";

export interface ReportData {
  /** The net and the data in a few words: "cnn on mnist". */
  readonly title: string;
  /** The date of the training, such as "2026-11-24"; left out where the page must be the same every time. */
  readonly date?: string;
  readonly classes: readonly string[];
  readonly curves: Curves;
  readonly test: Test;
  /** The worst mistakes first, from `worstMistakes`; may be empty. */
  readonly mistakes: readonly Mistake[];
  /** Some pictures that got a right answer, shown with the heat of where the net looked; left out where nothing is known of that. */
  readonly recognised?: readonly Mistake[];
  /** From `firstFilters`; null where the first layer takes no picture. */
  readonly filters: Filters | null;
  /** String(model): a line for each layer, with shapes and parameter counts. */
  readonly tree: string;
  readonly parameters: number;
  readonly run: Run;
}

export interface Curves {
  readonly stepsPerEpoch: number;
  /** All training steps, or every n-th; the page smooths them. */
  readonly steps: readonly StepPoint[];
  readonly epochs: readonly EpochPoint[];
}

export interface StepPoint {
  /** The step's number over all epochs, from 1. */
  readonly step: number;
  readonly loss: number;
  /** The batch's accuracy, 0 … 1. */
  readonly accuracy?: number;
}

export interface EpochPoint {
  /** The epoch's number, from 1. */
  readonly epoch: number;
  readonly training: Score;
  readonly validation: Score | null;
  readonly seconds: number;
}

/** A mean loss, and the share of pictures that the net got right. */
export interface Score {
  readonly loss: number;
  readonly accuracy: number;
}

/** The result of the trained net on pictures that it had not learned from. */
export interface Test {
  /** The name of the pictures' part, as in "10,000 test pictures": "test" or "validation". */
  readonly name: string;
  readonly loss: number;
  /** confusion[truth][answer]: the number of pictures. */
  readonly confusion: readonly (readonly number[])[];
  /** A sentence about pictures that are copies of training pictures; left out where there are none. */
  readonly copies?: string;
}

/** A picture and the net's answer: a wrong one, but in `recognised` a right one. */
export interface Mistake {
  readonly picture: Picture;
  /** Where the net looked for its answer; left out where the net does not tell places apart. */
  readonly heat?: HeatMap;
  /** Indices in `classes`. */
  readonly truth: number;
  readonly answer: number;
  /** The probability of the net's answer, 0 … 1. */
  readonly probability: number;
  /** The picture's index in the data set, from 0. */
  readonly index: number;
  /** The path of the picture's file; left out where the pictures have no files of their own. */
  readonly file?: string;
}

/** A picture of bytes [channels, height, width]. */
export interface Picture {
  /** 1: grey, 3: red, green, blue. */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly bytes: Uint8Array;
}

export interface Filters {
  /** The name of the weights in the state dict: "0.weight". */
  readonly name: string;
  /** The number of filters in the layer; `shape` and `weights` may hold fewer. */
  readonly total: number;
  /** [filters, channels, height, width] */
  readonly shape: readonly [count: number, channels: number, height: number, width: number];
  readonly weights: ArrayLike<number>;
}

/** Everything that is needed to repeat the run. */
export interface Run {
  /** The command line as it would be typed. */
  readonly command: string;
  readonly seed: number;
  /** All other options, defaults included: {"batch size": 64, "learning rate": "0.003, falling to 0"}. */
  readonly options: Readonly<Record<string, string | number | boolean>>;
  readonly versions: { readonly chainrule: string; readonly node: string };
  /** Operating system and processor, "linux x64": one seed gives the same bits on one engine and one kind of processor. */
  readonly platform?: string;
  readonly data: {
    readonly name: string;
    readonly fingerprint: string;
    /** The number of pictures of each part; zero where there is no such part. */
    readonly training: number;
    readonly validation: number;
    readonly test: number;
    /** The shape of a picture as the net takes it: channels, height, width. */
    readonly shape: readonly [channels: number, height: number, width: number];
  };
  readonly seconds: { readonly training: number; readonly test: number; readonly total: number };
}
