// What the page and its image engine say to each other. Pictures travel as bytes, weights and activations as one byte a number, so that
// nothing large is copied while somebody draws.

export type NetChoice = "mlp" | "cnn";
export const netChoices: readonly NetChoice[] = ["mlp", "cnn"];

/** idle: an untrained net, or one from a file. stopped: in the middle of a run. done: its epochs are over. */
export type Phase = "idle" | "fetching" | "training" | "testing" | "stopped" | "done";

/** drawn: RGBA bytes, to be brought before the net. framed: the bytes [C, H, W] that the net reads. */
export type Shown =
  | { readonly kind: "drawn"; readonly width: number; readonly height: number; readonly data: Uint8ClampedArray }
  | { readonly kind: "framed"; readonly bytes: Uint8Array };

export type ToEngine =
  /** base: what the data's addresses are relative to. still: fewer news a second, for those who want no motion. */
  | { readonly kind: "open"; readonly base: string; readonly still: boolean }
  /** A net with fresh weights. */
  | { readonly kind: "net"; readonly choice: NetChoice }
  | { readonly kind: "amount"; readonly all: boolean }
  /** Back from dropped data. */
  | { readonly kind: "mnist" }
  | { readonly kind: "train" }
  | { readonly kind: "stop" }
  | { readonly kind: "test" }
  | { readonly kind: "rest"; readonly resting: boolean }
  /** about: the class whose pixels are asked for; null for the one that the net says. */
  | { readonly kind: "look"; readonly shown: Shown; readonly about: number | null }
  | { readonly kind: "files"; readonly files: readonly File[] }
  | { readonly kind: "save" };

export interface NetFacts {
  /** null for a net from a file that is neither. */
  readonly choice: NetChoice | null;
  /** Its layers in words, and how many numbers it learns. */
  readonly layers: readonly string[];
  readonly parameters: number;
  readonly input: readonly [channels: number, height: number, width: number];
  readonly classes: readonly string[];
  readonly trained: boolean;
}

export interface DataFacts {
  readonly name: string;
  /** Pictures to learn from and to test with that are there; 0 before they were fetched. */
  readonly train: number;
  readonly test: number;
}

/** Since the last such message. */
export interface Steps {
  /** Of the run so far, of all epochs. */
  readonly pictures: number;
  /** Pictures of an epoch, and how many epochs there will be. */
  readonly perEpoch: number;
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly imagesPerSecond: number;
  readonly seconds: number;
}

/** Small pictures of one size: values from -127 to 127, each picture scaled to its own largest. */
export interface SmallPictures {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly levels: Int8Array;
}

export interface Mistake {
  readonly truth: number;
  readonly said: number;
  readonly probability: number;
  readonly bytes: Uint8Array;
}

export interface Tested {
  readonly accuracy: number;
  readonly count: number;
  /** confusion[truth][answer] */
  readonly confusion: readonly (readonly number[])[];
  /** The surest first. */
  readonly mistakes: readonly Mistake[];
}

/** What one layer makes of a picture. */
export interface LayerView extends SmallPictures {
  readonly title: string;
}

export interface Seen {
  /** The bytes [C, H, W] that the net read. */
  readonly bytes: Uint8Array;
  readonly probabilities: readonly number[];
  readonly layers: readonly LayerView[];
  /** ∂(score of the class `about`) / ∂pixel, summed over channels: one picture. */
  readonly saliency: SmallPictures;
  readonly about: number;
  /** Of the engine's work, in milliseconds. */
  readonly took: number;
}

export type ToPage =
  /** threads: how many share the work, this one included. */
  | { readonly kind: "opened"; readonly threads: number }
  /** fresh: another net than before. */
  | { readonly kind: "net"; readonly net: NetFacts; readonly fresh: boolean }
  | { readonly kind: "data"; readonly data: DataFacts }
  /** part: 0 to 1; null when all has come. */
  | { readonly kind: "fetched"; readonly part: number | null }
  | { readonly kind: "phase"; readonly phase: Phase }
  | { readonly kind: "steps"; readonly steps: Steps }
  | { readonly kind: "weights"; readonly weights: SmallPictures }
  | { readonly kind: "tested"; readonly tested: Tested }
  /** null where the picture was blank. */
  | { readonly kind: "seen"; readonly seen: Seen | null }
  /** A picture from a file, as the net reads it. */
  | { readonly kind: "picture"; readonly bytes: Uint8Array; readonly name: string }
  | { readonly kind: "saved"; readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "told"; readonly words: string; readonly tone: "news" | "problem" }
  /** Data could not be fetched: what was to come after can be tried again. */
  | { readonly kind: "missing"; readonly words: string };
