// What a report shows, as plain numbers and words: whoever trained fills it in, and the page is made of nothing else. No tensors, no
// file names, no clock: the same data give the same page, byte for byte. Whatever follows from other numbers (accuracy,
// precision, the commonest confusions) is not in here: the page works it out, so that it cannot contradict itself.

export interface ReportData {
  /** What was trained, in a word or two: "cnn on mnist". */
  readonly title: string;
  /** When it was trained: "2026-11-24". Left out where a page has to come out the same every time. */
  readonly date?: string;
  readonly classes: readonly string[];
  readonly curves: Curves;
  readonly test: Test;
  /** The worst first; see `worstMistakes`. May be empty. */
  readonly mistakes: readonly Mistake[];
  /** See `firstFilters`. Null where the first layer does not look at pictures. */
  readonly filters: Filters | null;
  /** String(model): a line a layer, with shapes and parameter counts. */
  readonly tree: string;
  readonly parameters: number;
  readonly run: Run;
}

export interface Curves {
  readonly stepsPerEpoch: number;
  /** Each training step, or one in so many; the page smooths them. */
  readonly steps: readonly StepPoint[];
  readonly epochs: readonly EpochPoint[];
}

export interface StepPoint {
  /** From 1, over all epochs. */
  readonly step: number;
  readonly loss: number;
  /** Of this batch, 0 … 1. */
  readonly accuracy?: number;
}

export interface EpochPoint {
  /** From 1. */
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

/** How the finished net did on pictures that it had not learned from. */
export interface Test {
  /** Which pictures those are, as in "10,000 test pictures": "test" or "validation". */
  readonly name: string;
  readonly loss: number;
  /** confusion[truth][answer]: how many pictures. */
  readonly confusion: readonly (readonly number[])[];
}

export interface Mistake {
  readonly picture: Picture;
  /** Places in `classes`. */
  readonly truth: number;
  readonly answer: number;
  /** How sure the net was of its answer, 0 … 1. */
  readonly probability: number;
  /** Its place in the data set, from 0. */
  readonly index: number;
}

/** One byte a channel and pixel, channel after channel, row after row: [channels, height, width]. */
export interface Picture {
  /** 1: grey, 3: red, green, blue. */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly bytes: Uint8Array;
}

export interface Filters {
  /** What they are weights of: "0.weight". */
  readonly name: string;
  /** How many there are; `shape` and `weights` may leave some out. */
  readonly total: number;
  /** [filters, channels, height, width] */
  readonly shape: readonly [count: number, channels: number, height: number, width: number];
  readonly weights: ArrayLike<number>;
}

/** All that it takes to do it again. */
export interface Run {
  /** As it would be typed. */
  readonly command: string;
  readonly seed: number;
  /** Everything else that was chosen, defaults too: {"batch size": 64, "learning rate": "0.003, falling to 0"}. */
  readonly options: Readonly<Record<string, string | number | boolean>>;
  readonly versions: { readonly chainrule: string; readonly node: string };
  /** Operating system and processor, "linux x64": one seed gives the same bits on one engine and one kind of processor. */
  readonly platform?: string;
  readonly data: {
    readonly name: string;
    readonly fingerprint: string;
    /** How many pictures each part has; zero where there is no such part. */
    readonly training: number;
    readonly validation: number;
    readonly test: number;
    /** Of a picture as the net takes it: channels, height, width. */
    readonly shape: readonly [channels: number, height: number, width: number];
  };
  readonly seconds: { readonly training: number; readonly test: number; readonly total: number };
}
