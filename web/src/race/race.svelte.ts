// The state of the race on the page's side: the standing of each net, and the chapters of the compiled program.
import type { Chapter } from "chainrule";
import { settingsOf, writeSettings } from "../address.ts";
import { type Channel, open } from "../engine/channel.ts";
import type { GpuFacts } from "../engine/gpu.ts";
import { type Comparison, type FromRace, type Runner, raceMs, type Standing, type ToRace } from "./messages.ts";

/** "away": it waits until this part is in view again. */
export type Phase = "before" | "running" | "paused" | "away" | "over" | "failed";

/** Neurons of each hidden layer. */
export const widths = [16, 64] as const;
export type Width = (typeof widths)[number];

const widthIn = (query: URLSearchParams): Width =>
  widths.find((width) => String(width) === query.get("width")) ?? widths[0];

export class RaceState {
  phase: Phase = $state("before");
  width: Width = $state(widthIn(settingsOf("race")));
  standings: readonly Standing[] = $state.raw([]);
  comparison: Comparison | null = $state.raw(null);
  chapters: readonly Chapter[] = $state.raw([]);
  /** null where there is no GPU, and before the first race. */
  gpu: GpuFacts | null = $state.raw(null);
  readonly hasGpu: boolean = $derived(this.gpu !== null && this.gpu.refusal === null);
  failure: string | null = $state(null);
  /** The time that each net has had, in milliseconds: the least of them. */
  readonly time: number = $derived(
    this.phase === "over"
      ? raceMs
      : Math.min(raceMs, ...(this.standings.length > 0 ? this.standings.map(({ milliseconds }) => milliseconds) : [0])),
  );
  #channel: Channel<ToRace> | null = null;

  start(): void {
    this.#channel?.close();
    this.failure = null;
    this.standings = [];
    this.comparison = null;
    this.#channel = open<ToRace, FromRace>(
      "race",
      (message) => this.#hear(message),
      (reason) => {
        this.failure = reason;
        this.phase = "failed";
      },
    );
    this.#channel.send({ kind: "start", width: this.width });
    this.phase = "running";
  }

  resize(width: Width): void {
    this.width = width;
    writeSettings("race", width === widths[0] ? {} : { width: String(width) });
    if (this.phase !== "before") this.start();
  }

  pause(): void {
    this.#stop("paused");
  }

  goOn(): void {
    if (this.phase !== "paused" && this.phase !== "away") return;
    this.#channel?.send({ kind: "go on" });
    this.phase = "running";
  }

  /** The race pauses when this part leaves the view, and goes on when the part comes back, unless the visitor paused it. */
  see(visible: boolean): void {
    if (!visible) this.#stop("away");
    else if (this.phase === "away") this.goOn();
  }

  standing(runner: Runner): Standing | null {
    return this.standings.find((one) => one.runner === runner) ?? null;
  }

  close(): void {
    this.#channel?.close();
  }

  #stop(phase: "paused" | "away"): void {
    if (this.phase !== "running") return;
    this.#channel?.send({ kind: "pause" });
    this.phase = phase;
  }

  #hear(message: FromRace): void {
    switch (message.kind) {
      case "standings":
        this.standings = message.standings;
        this.comparison = message.comparison;
        if (message.over) this.phase = "over";
        break;
      case "gpu":
        this.gpu = message.gpu;
        break;
      case "explained":
        this.chapters = message.chapters;
        break;
      default:
        message satisfies never;
    }
  }
}

export const isCompiled = (runner: Runner): boolean => runner === "compiled" || runner === "gpu";

/** Steps a second by the net's own time, without the first step of a compiled net, which makes its program; null before there are any. */
export function paceOf({ runner, steps, milliseconds, first }: Standing): number | null {
  const [counted, time] = isCompiled(runner) ? [steps - 1, milliseconds - first] : [steps, milliseconds];
  return counted < 1 || time <= 0 ? null : (1000 * counted) / time;
}

/** Whether losses differ by no more than rounding does: float32 keeps about seven digits, and each step adds to the error. */
export const isSameLoss = (losses: readonly number[]): boolean =>
  Math.max(...losses) - Math.min(...losses) <= 1e-4 * Math.abs(losses[0]);
