// The messages between the part with the visitor's own classes and its engine. The page has the names and the order of classes and pictures;
// the engine has the pictures' bytes, their features, and the model.
import type { Told } from "../images/told.ts";

/** What a picture is learned by: the features of the pretrained net, or a small conv net that begins with random weights. */
export const methods = ["features", "conv"] as const;
export type Method = (typeof methods)[number];

/** A picture as it comes: a file, or pixels of the camera or a drawing. */
export type Shown =
  | { readonly kind: "file"; readonly file: File }
  | { readonly kind: "pixels"; readonly width: number; readonly height: number; readonly data: Uint8ClampedArray };

export interface NewPicture {
  readonly id: string;
  readonly shown: Shown;
}

export interface ClassPictures {
  readonly name: string;
  /** The ids of its pictures. */
  readonly pictures: readonly string[];
}

export type Format = "safetensors" | "onnx";

export type ToEngine =
  /** `backbone`: the address of the pretrained net, whose file's name says its version. */
  | { readonly kind: "open"; readonly backbone: string }
  | { readonly kind: "add"; readonly pictures: readonly NewPicture[] }
  /** Pictures of an earlier visit. */
  | { readonly kind: "recall"; readonly pictures: readonly string[] }
  /** Removed pictures are in the bin until others are removed. */
  | { readonly kind: "remove"; readonly pictures: readonly string[] }
  | { readonly kind: "restore"; readonly pictures: readonly string[] }
  | { readonly kind: "train"; readonly method: Method; readonly classes: readonly ClassPictures[] }
  | { readonly kind: "stop" }
  | { readonly kind: "look"; readonly shown: Shown }
  | { readonly kind: "write"; readonly format: Format }
  | { readonly kind: "read"; readonly file: File }
  /** Takes back the model before the last one. */
  | { readonly kind: "back" };

/** How far a training is. `part` is from 0 to 1. */
export interface Progress {
  readonly stage: "fetching" | "features" | "fitting" | "testing";
  readonly part: number;
}

/** How good a model is on pictures that it had not learned from, and which of them it took for another class. */
export interface Judged {
  /** The pictures that were left out in turn. */
  readonly count: number;
  readonly right: number;
  readonly folds: number;
  readonly mistakes: readonly Mistake[];
}

export interface Mistake {
  readonly picture: string;
  /** Indices of classes of the model. */
  readonly truth: number;
  readonly answer: number;
}

export interface ModelFacts {
  readonly classes: readonly string[];
  /** null: the model comes from a file. */
  readonly method: Method | null;
  /** The name of its file, where it comes from one. */
  readonly name: string | null;
  /** null where no picture could be left out, and for a model from a file. */
  readonly judged: Judged | null;
  /** What it was trained on, to see whether that has changed: `signature` of list.ts. */
  readonly signature: string;
}

/** What went wrong; `details` are the words of the library or the browser. */
export type Problem =
  | { readonly what: "file"; readonly told: Told }
  | { readonly what: "fetch"; readonly details: string }
  | { readonly what: "storage" };

export type ToPage =
  | { readonly kind: "opened"; readonly threads: number }
  | { readonly kind: "pictures"; readonly pictures: readonly { readonly id: string; readonly thumbnail: Blob }[] }
  /** It cannot be read. */
  | { readonly kind: "refused"; readonly picture: string; readonly problem: Problem }
  /** The browser has stored them no longer. */
  | { readonly kind: "lost"; readonly pictures: readonly string[] }
  | { readonly kind: "problem"; readonly problem: Problem }
  | { readonly kind: "progress"; readonly progress: Progress | null }
  /** `fresh`: it was trained or read just now, and replaces another one. */
  | { readonly kind: "model"; readonly model: ModelFacts | null; readonly fresh: boolean }
  | { readonly kind: "seen"; readonly probabilities: readonly number[]; readonly isUnlike: boolean }
  | { readonly kind: "written"; readonly format: Format; readonly bytes: Uint8Array<ArrayBuffer> };
