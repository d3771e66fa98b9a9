// The messages between the images part of the page and its engine. Pictures travel as bytes, and the arrays of an answer are handed over
// without a copy, so that drawing stays smooth.
import type { Layer } from "chainrule/model";
import type { GpuFacts } from "../engine/gpu.ts";
import type { Place, Unit } from "./inside/unit.ts";
import type { Told } from "./told.ts";

export type NetChoice = "mlp" | "cnn";
export const netChoices: readonly NetChoice[] = ["mlp", "cnn"];

/** The nets beside each other: one of each kind that the page offers, and one from a file or for the visitor's data. */
export type SlotName = NetChoice | "own";
export const slotNames: readonly SlotName[] = ["mlp", "cnn", "own"];

/** Where nets are trained: on the processor, or on the GPU. */
export type Device = "wasm" | "webgpu";

/** idle: an untrained net, or one from a file. stopped: in the middle of a run. done: after the last epoch of a run. */
export type Phase = "idle" | "fetching" | "training" | "testing" | "stopped" | "done";

/** drawn: RGBA bytes, which are still to be framed for the net. framed: the bytes [C, H, W] that the net reads. */
export type Shown =
  | { readonly kind: "drawn"; readonly width: number; readonly height: number; readonly data: Uint8ClampedArray }
  | { readonly kind: "framed"; readonly bytes: Uint8Array };

/** A net as it is stored: the bytes of its model file. */
export interface StoredNet {
  readonly id: string;
  readonly slot: SlotName;
  /** The name of its file or data set; null for MNIST's. */
  readonly name: string | null;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export type ModelFormat = "safetensors" | "onnx";

export type ToEngine =
  /**
   * base: the URL that the data's addresses are relative to. still: fewer reports a second, for visitors who want reduced motion. nets: those of
   * an earlier visit. slot: the net to begin with.
   */
  | {
      readonly kind: "open";
      readonly base: string;
      readonly still: boolean;
      readonly nets: readonly StoredNet[];
      readonly slot: SlotName;
      readonly all: boolean;
    }
  /** Goes to a net, which is made if it does not exist. The others stay as they are. number: that of the choice, counted by the page. */
  | { readonly kind: "choose"; readonly slot: SlotName; readonly number: number }
  /** Gives the current net new weights. */
  | { readonly kind: "reset" }
  /** Takes back the last step that replaced a trained net. */
  | { readonly kind: "undo" }
  /** Whether to train on all pictures, or on 10,000. */
  | { readonly kind: "amount"; readonly all: boolean }
  /** Where to train from the next step on. */
  | { readonly kind: "device"; readonly device: Device }
  /** Goes back from dropped data to MNIST. */
  | { readonly kind: "mnist" }
  | { readonly kind: "train" }
  | { readonly kind: "pause" }
  | { readonly kind: "test" }
  | { readonly kind: "rest"; readonly resting: boolean }
  /** about: the class of the saliency map; null for the class that the net answers. place: the number whose computation is shown. */
  | { readonly kind: "look"; readonly shown: Shown; readonly about: number | null; readonly place: Place | null }
  /** Asks for the net's answers to pictures in its form. */
  | { readonly kind: "answers"; readonly pictures: readonly Uint8Array[] }
  | { readonly kind: "files"; readonly files: readonly File[] }
  | { readonly kind: "save"; readonly format: ModelFormat };

export interface NetFacts {
  readonly id: string;
  readonly slot: SlotName;
  readonly name: string | null;
  readonly layers: readonly Layer[];
  /** The number of weights. */
  readonly parameters: number;
  readonly input: readonly [channels: number, height: number, width: number];
  readonly classes: readonly string[];
  readonly trained: boolean;
  /** The seed of its first weights, and of the order of the pictures. */
  readonly seed: number;
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

/** The output of one layer for a picture: [count, height, width] numbers. `layer`: the layer that gives it its name. */
export interface LayerView {
  readonly layer: number;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array<ArrayBuffer>;
}

export interface Answer {
  readonly probabilities: readonly number[];
  /** Above 1: unlike the pictures that the net learned from (familiar.ts). Null where that was not measured. */
  readonly strangeness: number | null;
}

export interface Seen extends Answer {
  /** The bytes [C, H, W] that the net read, and the numbers that it makes of them. */
  readonly bytes: Uint8Array;
  readonly picture: Float32Array<ArrayBuffer>;
  readonly layers: readonly LayerView[];
  /** ∂(score of the class `about`) / ∂pixel, summed over channels: one picture. */
  readonly saliency: SmallPictures;
  readonly about: number;
  readonly unit: Unit | null;
  readonly place: Place | null;
}

/** A picture from a file: the bytes that the net reads, and its answer; or why there is none. */
export type Taken =
  | { readonly name: string; readonly bytes: Uint8Array; readonly answer: Answer }
  | { readonly name: string; readonly told: Told };

export type ToPage =
  /** threads: the number of threads that share the work, the worker's own included. */
  | { readonly kind: "opened"; readonly threads: number }
  /** The GPU, null where there is none, and where nets are trained from now on. */
  | { readonly kind: "gpu"; readonly gpu: GpuFacts | null; readonly device: Device }
  /** The current net. own: the name of the net in the slot "own", if there is one. heard: the number of the last choice that the engine heard. */
  | { readonly kind: "net"; readonly net: NetFacts; readonly own: string | null; readonly heard: number }
  /** A net to be stored; `bytes` null: nothing is to be stored in the slot any more. */
  | { readonly kind: "keep"; readonly slot: SlotName; readonly net: StoredNet | null }
  /** A trained net, or the visitor's data, was replaced: the message "undo" takes it back. */
  | { readonly kind: "replaced"; readonly what: "net" | "data" }
  | { readonly kind: "data"; readonly data: DataFacts }
  /** part: the fraction fetched, 0 to 1; null when everything is fetched. */
  | { readonly kind: "fetched"; readonly part: number | null }
  | { readonly kind: "phase"; readonly phase: Phase }
  | { readonly kind: "steps"; readonly steps: Steps }
  | { readonly kind: "weights"; readonly weights: SmallPictures }
  | { readonly kind: "tested"; readonly tested: Tested }
  /** null where a net of drawn digits was given no ink. */
  | { readonly kind: "seen"; readonly seen: Seen | null }
  | { readonly kind: "answers"; readonly answers: readonly Answer[] }
  /** Pictures from files, in the order of the files; `rest` are still to come. */
  | { readonly kind: "taken"; readonly taken: readonly Taken[]; readonly rest: number }
  /** All files of a drop have been read. */
  | { readonly kind: "read" }
  | { readonly kind: "saved"; readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "told"; readonly told: Told; readonly tone: "news" | "problem" }
  /** Data could not be fetched; the visitor can try again. */
  | { readonly kind: "missing"; readonly told: Told };
