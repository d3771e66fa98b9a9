// The state of the net on the page's side: its settings, the engine's last report, and the curves so far.
import { type Channel, open } from "../engine/channel.ts";
import type { Point } from "../points/datasets.ts";
import { onSettings, settingsOf, writeSettings } from "../story/address.ts";
import type { NetReport, ToNet } from "./messages.ts";
import { pointsFor } from "./points-for.ts";
import { defaultSettings, type Edit, limits, read, type Settings, written } from "./settings.ts";

/** A neuron that the visitor points at or has chosen. */
export interface Chosen {
  readonly layer: number;
  readonly neuron: number;
}

/** Above this many points, a curve drops every other one. */
const maxCurvePoints = 800;
const endlessStep = Number.MAX_SAFE_INTEGER;

export class NetState {
  settings: Settings = $state.raw(defaultSettings);
  report: NetReport | null = $state.raw(null);
  failure: string | null = $state(null);
  running = $state(false);
  /** The neuron that the large picture shows; null for the whole net. */
  shown: Chosen | null = $state(null);
  chosen: Chosen | null = $state(null);
  /** The lists of steps, losses, and fractions of right answers. */
  curves: readonly (readonly number[])[] = $state.raw([[], [], []]);
  readonly points: readonly Point[] = $derived(pointsFor(this.settings));
  #channel: Channel<ToNet> | null = null;
  /** Whether the run goes on as soon as this part is in view. */
  #wanted = false;
  /** Steps between two points of the curves. */
  #every = 1;

  constructor() {
    this.settings = read(settingsOf("net"));
  }

  /** Follows links to this part; returns the function that ends this. */
  follow(): () => void {
    return onSettings("net", (query) => this.make(read(query), Number(query.get("to")) || 0));
  }

  /** Makes a net at step 0, which runs to step `to`. */
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

  /** Changes settings and makes a new net; if the old one was running, the new one runs too. */
  change(some: Partial<Settings>): void {
    const ran = this.running;
    this.make({ ...this.settings, edits: [], ...some });
    this.#write();
    if (ran) this.run();
  }

  /** Changes a rate or a weight in the middle of the run. */
  edit(target: string, value: number): void {
    this.#send({ kind: "edit", target, value });
  }

  run(): void {
    this.running = true;
    this.#send({ kind: "run", until: endlessStep });
  }

  rest(): void {
    this.running = false;
    this.#send({ kind: "rest" });
  }

  step(): void {
    this.running = false;
    this.#send({ kind: "run", until: (this.report?.step ?? 0) + 1 });
  }

  /** Pauses the run when this part leaves the view, and goes on with it when the part comes back. */
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

  /** The settings of a link that repeats this run up to its current step. */
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
    const edits: readonly Edit[] = report.edits.slice(-limits.edits);
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
    const long = next[0].length > maxCurvePoints;
    if (long) this.#every *= 2;
    this.curves = long ? next.map((list) => list.filter((_, i) => i % 2 === 1)) : next;
  }
}
