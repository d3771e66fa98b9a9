// The live answer: what the model says of the camera's picture, of a file, or of a drawing. One question at a time is asked, always about the
// newest picture.
import type { Shown } from "./messages.ts";

export const liveSources = ["camera", "file", "drawing"] as const;
export type LiveSource = (typeof liveSources)[number];

/** A busy sign appears after this many milliseconds. */
const patience = 300;

export class Live {
  source: LiveSource = $state("camera");
  /** The probability of each class; empty where there is nothing to answer. */
  probabilities: readonly number[] = $state.raw([]);
  /** Whether the picture is unlike all that the model has learned from. */
  isUnlike = $state(false);
  isSlow = $state(false);
  #ready = false;
  #asked = false;
  #newest: Shown | null = null;
  #last: Shown | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #ask: (shown: Shown) => void;

  constructor(ask: (shown: Shown) => void) {
    this.#ask = ask;
  }

  /** Whether the answer to the last question has come. */
  get isFree(): boolean {
    return this.#ready && !this.#asked;
  }

  show(shown: Shown): void {
    this.#newest = shown;
    this.#go();
  }

  clear(): void {
    this.#newest = null;
    this.#last = null;
    this.probabilities = [];
    this.isUnlike = false;
  }

  /** A model has come: the last picture is asked about again. */
  knows(ready: boolean): void {
    this.#ready = ready;
    if (!ready) this.probabilities = [];
    this.#newest ??= this.#last;
    this.#go();
  }

  forget(): void {
    this.#asked = false;
    this.#ready = false;
    this.#quiet();
    this.probabilities = [];
  }

  seen({ probabilities, isUnlike }: { readonly probabilities: readonly number[]; readonly isUnlike: boolean }): void {
    this.#asked = false;
    this.#quiet();
    if (this.#last !== null) {
      this.probabilities = probabilities;
      this.isUnlike = isUnlike;
    }
    this.#go();
  }

  #go(): void {
    const shown = this.#newest;
    if (!this.isFree || shown === null) return;
    this.#asked = true;
    this.#newest = null;
    this.#last = shown;
    this.#timer = setTimeout(() => (this.isSlow = true), patience);
    this.#ask(shown);
  }

  #quiet(): void {
    clearTimeout(this.#timer);
    this.isSlow = false;
  }
}
