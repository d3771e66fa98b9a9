// The state of the race on the page's side: the standing of each net, and the chapters of the compiled program.
import type { Chapter } from "chainrule";
import { type Channel, open } from "../engine/channel.ts";
import type { FromRace, Standing, ToRace } from "./messages.ts";

export type Phase = "before" | "running" | "resting" | "over" | "failed";

export class RaceState {
  phase: Phase = $state("before");
  width = $state(16);
  standings: readonly Standing[] = $state.raw([]);
  chapters: readonly Chapter[] = $state.raw([]);
  failure: string | null = $state(null);
  #channel: Channel<ToRace> | null = null;

  start(): void {
    this.#channel?.close();
    this.failure = null;
    this.standings = [];
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

  rest(): void {
    if (this.phase !== "running") return;
    this.#channel?.send({ kind: "pause" });
    this.phase = "resting";
  }

  goOn(): void {
    if (this.phase !== "resting") return;
    this.#channel?.send({ kind: "go on" });
    this.phase = "running";
  }

  close(): void {
    this.#channel?.close();
  }

  #hear(message: FromRace): void {
    switch (message.kind) {
      case "standings":
        this.standings = message.standings;
        if (message.over) this.phase = "over";
        break;
      case "explained":
        this.chapters = message.chapters;
        break;
      default:
        message satisfies never;
    }
  }
}

/** Steps a second after the first step, by the net's own time; null before its second step. */
export const paceOf = ({ steps, milliseconds, first }: Standing): number | null =>
  steps < 2 || milliseconds <= first ? null : (1000 * (steps - 1)) / (milliseconds - first);
