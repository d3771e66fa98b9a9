// The state of the net on the page's side: its settings, the engine's last report, and the curves so far.

import { onSettings, settingsOf, writeSettings } from "../address.ts";
import { isDiverging } from "../controls/diverging.ts";
import { type Channel, open } from "../engine/channel.ts";
import type { Point } from "../points/datasets.ts";
import type { Shared } from "../share/links.ts";
import { undo } from "../story/undo.svelte.ts";
import { language } from "../texts/language.svelte.ts";
import { Keeper } from "./keeper.ts";
import { programOf } from "./program.ts";
import { type Curves, emptyCurves, withPoint } from "./run/curves.ts";
import { linkOf, type Reading, read, written } from "./run/link.ts";
import type { Command, FromNet, NetReport, Replaying, ToNet } from "./run/messages.ts";
import { pointsFor, testPointsFor } from "./run/points-for.ts";
import { progressIn, type Saved } from "./run/saved.ts";
import { defaultSettings, type Edit, type Settings } from "./run/settings.ts";

/** A neuron that the visitor points at or has chosen. */
export interface Chosen {
  readonly layer: number;
  readonly neuron: number;
}

/** Steps of the program of a net that has taken none. */
const stepsOfProgram = 100;
const maxGhosts = 3;
/** Fewer points on a curve are no run worth comparing with. */
const minGhostPoints = 5;

export class NetState {
  settings: Settings = $state.raw(defaultSettings);
  report: NetReport | null = $state.raw(null);
  failure: string | null = $state(null);
  /** What of the address's settings could not be read. */
  unread: readonly string[] = $state.raw([]);
  running = $state(false);
  /** Whether the engine has not answered a pause yet: until then the figures may still change. */
  pausing = $state(false);
  /** Whether the run waits until this part is in view again. */
  away = $state(false);
  /** The way to the step of a link; null when there is none. */
  replaying: Replaying | null = $state.raw(null);
  /** The neuron that the large picture shows; null for the whole net. */
  shown: Chosen | null = $state(null);
  chosen: Chosen | null = $state(null);
  showsTest = $state(false);
  curves: Curves = $state.raw(emptyCurves);
  /** The curves of earlier runs, the newest last. */
  ghosts: readonly Curves[] = $state.raw([]);
  readonly points: readonly Point[] = $derived(pointsFor(this.settings));
  readonly testPoints: readonly Point[] = $derived(testPointsFor(this.settings));
  #channel: Channel<ToNet> | null = null;
  #opened = false;
  /** The number of the last command. A report from before it does not say whether the net runs now. */
  #command = 0;
  /** The number of the command that made this net. A report from before it is about an earlier net. */
  #made = 0;
  #frame: number | null = null;
  readonly #keeper = new Keeper(
    () => this.#saved(),
    () => writeSettings("net", written(this.settings)),
  );

  /** Follows links to this part; returns the function that ends this. */
  follow(): () => void {
    return onSettings("net", (query) => this.#followLink(read(query)));
  }

  /** Changes settings and makes a new net; if the old one was running, the new one runs too. */
  change(some: Partial<Settings>, words: string = language.texts.net.replaced): void {
    const ran = this.running || this.away;
    this.#offerBack(words, some.points);
    this.#make({ ...this.settings, edits: [], ...some });
    this.#keeper.write();
    if (ran) this.run();
  }

  /** Takes settings and trains a new net from step 0. */
  try(settings: Settings): void {
    this.#offerBack(language.texts.net.replaced);
    this.#make(settings);
    this.run();
  }

  /** Changes a rate or a weight in the middle of the run. With `hold` the training waits for the next value. */
  edit(target: string, value: number, hold = false): void {
    this.#begin();
    this.#send({ kind: "edit", target, value, hold });
  }
  letGo(): void {
    this.#send({ kind: "let go" });
  }

  run(): void {
    this.#move({ kind: "run" });
    this.running = true;
    this.pausing = false;
  }
  step(): void {
    this.#move({ kind: "step" });
  }
  #move(command: Command): void {
    this.#begin();
    this.away = false;
    this.replaying = null;
    this.#order(command);
    this.#keeper.write();
  }

  rest(): void {
    this.running = false;
    this.pausing = true;
    this.away = false;
    this.replaying = null;
    this.#order({ kind: "rest" });
  }

  /** Pauses the run when this part leaves the view, and goes on with it when the part comes back. */
  see(visible: boolean): void {
    if (visible && !this.#opened) void this.#open();
    if (!visible && this.running && this.replaying === null) {
      this.rest();
      this.away = true;
    } else if (visible && this.away) this.run();
  }

  /** A link that repeats this run up to its current step, and what of the run it cannot hold. */
  share(): Shared {
    const { settings, step, edits, allEdits } = linkOf(this.settings, this.report?.step ?? 0);
    const missing = edits < allEdits ? language.texts.net.linkTooShort(edits, allEdits, language.number(step)) : null;
    return { settings, missing };
  }

  program(): string {
    const step = this.report?.step ?? 0;
    return programOf(this.settings, step > 0 ? step : stepsOfProgram);
  }

  forgetGhosts(): void {
    this.ghosts = [];
    this.#keeper.keep();
  }

  /** A new engine after a failure, as far as the last report. */
  restart(): void {
    this.#restore(this.#saved());
  }

  close(): void {
    this.#keeper.close();
    this.#channel?.close();
    this.#channel = null;
  }

  /**
   * Begins with the address's run, or goes on with the one of the last visit: if the address names no settings, or the same. A link that
   * leads to a step leads there, except when the page is loaded again.
   */
  async #open(): Promise<void> {
    this.#opened = true;
    const query = settingsOf("net");
    const reading = read(query);
    const isReload = performance.getEntriesByType("navigation").some((one) => "type" in one && one.type === "reload");
    const replays = reading.to > 0 && !isReload;
    this.#followLink(replays ? reading : { ...reading, to: 0 });
    const made = this.#made;
    const before = await this.#keeper.recall();
    if (made !== this.#made) return;
    const textOf = (settings: Settings) => JSON.stringify(written(settings));
    const isSame = before !== null && textOf(before.settings) === textOf(reading.settings);
    const isUntouched = !this.running && (this.report?.step ?? 0) === 0;
    if (before !== null && !replays && isUntouched && (query.size === 0 || isSame)) this.#resume(before);
    else {
      if (!replays && reading.to > 0) this.#followLink(reading);
      if (before?.progress) undo.offer(language.texts.net.replacedByLink, () => this.#restore(before));
    }
  }

  #followLink({ settings, to, unread }: Reading): void {
    this.#offerBack(language.texts.net.replacedByLink);
    this.#make(settings, { until: to });
    this.unread = unread;
  }

  #saved(): Saved {
    const { settings, report, curves, ghosts } = this;
    const isBegun = report !== null && (report.step > 0 || settings.edits.length > 0);
    return { settings, progress: isBegun ? progressIn(report) : null, curves, ghosts };
  }

  #restore(saved: Saved): void {
    this.#resume(saved);
    this.#keeper.write();
  }

  /** The same without the address: an address that names no net stays one that leads to the top of the page. */
  #resume({ settings, progress, curves, ghosts }: Saved): void {
    this.#make(settings, { from: progress });
    this.curves = curves;
    this.ghosts = ghosts;
  }

  /** Offers to go back to this run if it has taken steps or lost points of the visitor's. */
  #offerBack(words: string, points: readonly Point[] = this.settings.points): void {
    const saved = this.#saved();
    if (saved.progress !== null || points.length < this.settings.points.length)
      undo.offer(words, () => {
        this.#offerBack(language.texts.net.replaced);
        this.#restore(saved);
      });
  }

  /** Makes a net at step 0 or as far as `from`, which runs to step `until`. */
  #make(settings: Settings, { from = null, until = 0 }: { from?: Saved["progress"]; until?: number } = {}): void {
    const { steps, loss } = this.curves;
    if (steps.length >= minGhostPoints && !isDiverging(loss))
      this.ghosts = [...this.ghosts, this.curves].slice(-maxGhosts);
    const isOtherNet = JSON.stringify(settings.layers) !== JSON.stringify(this.settings.layers);
    this.settings = settings;
    this.report = null;
    this.unread = [];
    this.curves = emptyCurves;
    this.shown = null;
    if (isOtherNet) this.chosen = null;
    this.running = until > 0;
    this.pausing = false;
    this.away = false;
    this.#made = this.#order({ kind: "make", settings, from, until });
    this.replaying = until > 0 ? { kind: "replaying", heard: this.#made, step: 0, until, trace: [] } : null;
  }

  /** There is a net from here on: that of the address, or after a failure one that goes on from the last report. */
  #begin(): void {
    if (!this.#opened) void this.#open();
    else if (this.failure !== null) this.restart();
  }

  /** Sends a command under the next number, which it returns. */
  #order(command: Command): number {
    const number = ++this.#command;
    this.#send({ ...command, number });
    return number;
  }

  /** Sends a message to the engine, if there is one; a new net starts one. */
  #send(message: ToNet): void {
    if (message.kind === "make") {
      this.failure = null;
      this.#channel ??= open<ToNet, FromNet>(
        "net",
        (heard) => this.#hear(heard),
        (reason) => {
          this.#channel = null;
          this.running = false;
          this.pausing = false;
          this.replaying = null;
          this.failure = reason;
        },
      );
    }
    this.#channel?.send(message);
  }

  /** A report is taken in at the next frame, and the engine sends no other before that. */
  #hear(message: FromNet): void {
    if (message.kind === "replaying") {
      if (message.heard < this.#made) return;
      if (message.heard === this.#command) this.replaying = message;
      this.curves = message.trace.reduce(withPoint, this.curves);
      return;
    }
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => {
      this.#frame = null;
      this.#take(message);
      this.#send({ kind: "drawn" });
    });
  }

  #take(report: NetReport): void {
    if (report.heard < this.#made) return;
    this.report = report;
    if (report.heard === this.#command) {
      this.running = report.runs;
      this.pausing = false;
      if (!report.runs) this.replaying = null;
    }
    const edits: readonly Edit[] = report.edits;
    if (JSON.stringify(edits) !== JSON.stringify(this.settings.edits)) {
      this.settings = { ...this.settings, edits };
      this.#keeper.write();
    }
    this.curves = [...report.trace, report].reduce(withPoint, this.curves);
    this.#keeper.keep();
  }
}
