// The messages between the images part of the page and its engine. Pictures travel as bytes, weights and activations as one byte a
// number, so that nothing large is copied while the visitor draws.

export type NetChoice = "mlp" | "cnn";
export const netChoices: readonly NetChoice[] = ["mlp", "cnn"];

/** idle: an untrained net, or one from a file. stopped: in the middle of a run. done: after the last epoch of a run. */
export type Phase = "idle" | "fetching" | "training" | "testing" | "stopped" | "done";

/** drawn: RGBA bytes, which are still to be framed for the net. framed: the bytes [C, H, W] that the net reads. */
export type Shown =
  | { readonly kind: "drawn"; readonly width: number; readonly height: number; readonly data: Uint8ClampedArray }
  | { readonly kind: "framed"; readonly bytes: Uint8Array };

export type ToEngine =
  /** base: the URL that the data's addresses are relative to. still: fewer reports a second, for visitors who want reduced motion. */
  | { readonly kind: "open"; readonly base: string; readonly still: boolean }
  /** Makes a net with new weights. */
  | { readonly kind: "net"; readonly choice: NetChoice }
  /** Whether to train on all pictures, or on 10,000. */
  | { readonly kind: "amount"; readonly all: boolean }
  /** Goes back from dropped data to MNIST. */
  | { readonly kind: "mnist" }
  | { readonly kind: "train" }
  | { readonly kind: "stop" }
  | { readonly kind: "test" }
  | { readonly kind: "rest"; readonly resting: boolean }
  /** about: the class of the saliency map; null for the class that the net answers. */
  | { readonly kind: "look"; readonly shown: Shown; readonly about: number | null }
  | { readonly kind: "files"; readonly files: readonly File[] }
  | { readonly kind: "save" };

export interface NetFacts {
  /** null for a net from a file that the page does not offer. */
  readonly choice: NetChoice | null;
  /** The layers in words, and the number of weights. */
  readonly layers: readonly string[];
  readonly parameters: number;
  readonly input: readonly [channels: number, height: number, width: number];
  readonly classes: readonly string[];
  readonly trained: boolean;
}

export interface DataFacts {
  readonly name: string;
  /** The numbers of training and test pictures in memory; 0 before they were fetched. */
  readonly train: number;
  readonly test: number;
}

/** A report of the training. `loss`, `accuracy` and `imagesPerSecond` are means since the last report. */
export interface Steps {
  /** Pictures trained on in the run so far, in all epochs. */
  readonly pictures: number;
  /** Pictures of an epoch; `epochs` is the planned number of epochs. */
  readonly perEpoch: number;
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly imagesPerSecond: number;
  readonly seconds: number;
}

/** Small pictures [count, height, width] of one size: levels from -127 to 127, scaled by small-pictures.ts. */
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
  /** Sorted by probability, the highest first. */
  readonly mistakes: readonly Mistake[];
}

/** The output of one layer for a picture. */
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
  /** Milliseconds of the engine's work. */
  readonly took: number;
}

export type ToPage =
  /** threads: the number of threads that share the work, the worker's own included. */
  | { readonly kind: "opened"; readonly threads: number }
  /** fresh: whether this is another net than before. */
  | { readonly kind: "net"; readonly net: NetFacts; readonly fresh: boolean }
  | { readonly kind: "data"; readonly data: DataFacts }
  /** part: the fraction fetched, 0 to 1; null when everything is fetched. */
  | { readonly kind: "fetched"; readonly part: number | null }
  | { readonly kind: "phase"; readonly phase: Phase }
  | { readonly kind: "steps"; readonly steps: Steps }
  | { readonly kind: "weights"; readonly weights: SmallPictures }
  | { readonly kind: "tested"; readonly tested: Tested }
  /** null where a net of drawn digits was given no ink. */
  | { readonly kind: "seen"; readonly seen: Seen | null }
  /** A picture from a file, as the net reads it. */
  | { readonly kind: "picture"; readonly bytes: Uint8Array; readonly name: string }
  | { readonly kind: "saved"; readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "told"; readonly words: string; readonly tone: "news" | "problem" }
  /** Data could not be fetched; the visitor can try again. */
  | { readonly kind: "missing"; readonly words: string };
