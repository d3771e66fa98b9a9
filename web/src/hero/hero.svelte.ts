// The state of the opening: a pad, and the answer of the net that was trained beforehand. The net and the engine are loaded when the page
// has nothing else to do, or at the first touch of the pad. One question at a time is asked, always about the newest drawing.
import { hasWorkers } from "../engine/capabilities.ts";
import { type Channel, open } from "../engine/channel.ts";
import { type Drawing, Pad } from "../images/pad/pad.svelte.ts";
import { rasterOf } from "../images/pad/raster.ts";
import modelUrl from "./digits.safetensors?url";
import type { FromHero, ToHero } from "./messages.ts";

/** error: the words are the browser's. */
export type Failure =
  | { readonly kind: "workers" }
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "error"; readonly words: string };

export class Hero {
  readonly pad = new Pad();
  probabilities: readonly number[] | null = $state.raw(null);
  /** The reason why there is no answer. */
  failure: Failure | null = $state.raw(null);
  /** Whether the answer to the newest drawing is still to come. */
  waiting = $state(true);
  #channel: Channel<ToHero> | null = null;
  #started = false;
  #drawing: Drawing = this.pad.drawing;
  #asked = false;

  async start(): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    if (!hasWorkers) {
      this.#fail({ kind: "workers" });
      return;
    }
    try {
      const response = await fetch(modelUrl);
      if (!response.ok) {
        this.#fail({ kind: "status", status: response.status });
        return;
      }
      const model = new Uint8Array(await response.arrayBuffer());
      this.#channel = open<ToHero, FromHero>(
        "hero",
        (answer) => this.#hear(answer),
        (words) => this.#fail({ kind: "error", words }),
      );
      this.#channel.send({ kind: "open", model }, [model.buffer]);
      this.#ask();
    } catch (error) {
      this.#fail({ kind: "error", words: error instanceof Error ? error.message : String(error) });
    }
  }

  /** Tries again after a failure. */
  again(): void {
    this.failure = null;
    this.#started = false;
    void this.start();
  }

  look(drawing: Drawing): void {
    if (drawing === this.#drawing) return;
    this.#drawing = drawing;
    this.waiting = true;
    this.#ask();
  }

  close(): void {
    this.#channel?.close();
    this.#channel = null;
  }

  #ask(): void {
    if (this.#channel === null || this.#asked) return;
    const { strokes, ground } = this.#drawing;
    this.waiting = false;
    if (strokes.length === 0 && ground === null) {
      this.probabilities = null;
      return;
    }
    const { width, height, data } = rasterOf(strokes, ground);
    this.#asked = true;
    this.#channel.send({ kind: "look", width, height, data }, [data.buffer]);
  }

  #hear({ probabilities }: FromHero): void {
    this.#asked = false;
    this.probabilities = probabilities;
    if (this.waiting) this.#ask();
  }

  #fail(failure: Failure): void {
    this.#channel = null;
    this.#asked = false;
    this.probabilities = null;
    this.failure = failure;
  }
}
