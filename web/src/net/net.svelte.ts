// The state of the net on the page's side: settings, what the engine said last, and how it went so far.
import { type Channel, open } from "../engine/channel.ts";
import type { Point } from "../points/datasets.ts";
import { onSettings, settingsOf, writeSettings } from "../story/address.ts";
import type { NetReport, ToNet } from "./messages.ts";
import { pointsFor } from "./points-for.ts";
import { type Edit, most, read, type Settings, usual, written } from "./settings.ts";

/** A neuron that somebody looks at. */
export interface Chosen {
  readonly layer: number;
  readonly neuron: number;
}

/** The curves keep so many points at most: then every other one goes. */
const longest = 800;
const forever = Number.MAX_SAFE_INTEGER;

export class NetState {
  settings: Settings = $state.raw(usual);
  report: NetReport | null = $state.raw(null);
  failure: string | null = $state(null);
  running = $state(false);
  /** What the big picture shows: a neuron, or the net. */
  shown: Chosen | null = $state(null);
  chosen: Chosen | null = $state(null);
  /** Steps, losses, shares of right answers. */
  curves: readonly (readonly number[])[] = $state.raw([[], [], []]);
  readonly points: readonly Point[] = $derived(pointsFor(this.settings));
  #channel: Channel<ToNet> | null = null;
  /** Whether it runs as soon as it is in view. */
  #wanted = false;
  #every = 1;

  constructor() {
    this.settings = read(settingsOf("net"));
  }

  /** Follows links to this part; gives the way to stop. */
  follow(): () => void {
    return onSettings("net", (query) => this.make(read(query), Number(query.get("to")) || 0));
  }

  /** A net at step 0; `to`: the step that it runs to. */
  make(settings: Settings, to = 0): void {
    this.settings = settings;
    this.report = null;
    this.curves = [[], [], []];
    this.#every = 1;
    this.chosen = null;
    this.shown = null;
    this.#send({ kind: "make", settings: $state.snapshot(settings) as Settings, until: to });
    this.running = to > 0;
    this.#wanted = false;
  }

  /** Another setting begins the run anew, and goes on if it ran. */
  change(some: Partial<Settings>): void {
    const ran = this.running;
    this.make({ ...this.settings, edits: [], ...some });
    this.#write();
    if (ran) this.run();
  }

  /** A rate or a weight, in the middle of the run. */
  edit(target: string, value: number): void {
    this.#send({ kind: "edit", target, value });
  }

  run(): void {
    this.running = true;
    this.#send({ kind: "run", until: forever });
  }

  rest(): void {
    this.running = false;
    this.#send({ kind: "rest" });
  }

  step(): void {
    this.running = false;
    this.#send({ kind: "run", until: (this.report?.step ?? 0) + 1 });
  }

  /** Out of view it rests; back in view it goes on if it ran. */
  see(visible: boolean): void {
    if (visible && this.#channel === null) this.make(this.settings, Number(settingsOf("net").get("to")) || 0);
    if (!visible && this.running) {
      this.rest();
      this.#wanted = true;
    } else if (visible && this.#wanted) {
      this.#wanted = false;
      this.run();
    }
  }

  /** The link that gives this run, to the step where it is. */
  link(): Record<string, string> {
    const step = this.report?.step ?? 0;
    return { ...written(this.settings), ...(step > 0 ? { to: String(step) } : {}) };
  }

  close(): void {
    this.#channel?.close();
    this.#channel = null;
  }

  #write(): void {
    writeSettings("net", written(this.settings));
  }

  #send(message: ToNet): void {
    this.failure = null;
    this.#channel ??= open<ToNet, NetReport>(
      "net",
      (report) => this.#hear(report),
      (reason) => {
        this.#channel = null;
        this.running = false;
        this.failure = reason;
      },
    );
    this.#channel.send(message);
  }

  #hear(report: NetReport): void {
    this.report = report;
    this.running = report.runs;
    const edits: readonly Edit[] = report.edits.slice(-most.edits);
    if (JSON.stringify(edits) !== JSON.stringify(this.settings.edits)) {
      this.settings = { ...this.settings, edits };
      this.#write();
    }
    const { step, loss, accuracy } = report;
    const [steps, losses, shares] = this.curves;
    if (loss === null || accuracy === null || step < (steps.at(-1) ?? 0) + this.#every) return;
    const next = [
      [...steps, step],
      [...losses, loss],
      [...shares, accuracy],
    ];
    const long = next[0].length > longest;
    if (long) this.#every *= 2;
    this.curves = long ? next.map((list) => list.filter((_, i) => i % 2 === 1)) : next;
  }
}
