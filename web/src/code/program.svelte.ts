// A program beside its widget: its text, which follows the widget until the visitor edits it, and the run of it with what it printed.
import { forget, recall, remember } from "../store/store.ts";
import type { Failure, FromProgram, Output } from "./messages.ts";
import { type Run, start } from "./runner.ts";

/** One line of the output's list: what was printed, or how much was left out there. */
export type Shown = ({ readonly kind: "output" } & Output) | { readonly kind: "left out"; readonly count: number };

export type Stage =
  | { readonly kind: "idle" }
  | { readonly kind: "running"; readonly full: boolean }
  | { readonly kind: "ended"; readonly seconds: number }
  | { readonly kind: "stopped"; readonly seconds: number }
  | { readonly kind: "failed"; readonly failure: Failure }
  /** The browser did not start it. */
  | { readonly kind: "not started"; readonly words: string };

const saveMs = 500;

export class Program {
  readonly #key: string;
  readonly #ofWidget: () => string;
  #run: Run | null = null;
  #began = 0;
  #arrived: Shown[] = [];
  #frame = 0;
  #saving: ReturnType<typeof setTimeout> | undefined;
  /** The visitor's own text; null while it is the widget's. */
  #edited: string | null = $state(null);
  shown: readonly Shown[] = $state.raw([]);
  stage: Stage = $state.raw({ kind: "idle" });

  constructor(part: string, ofWidget: () => string) {
    this.#key = `code ${part}`;
    this.#ofWidget = ofWidget;
    void recall(this.#key).then((text) => {
      if (typeof text === "string" && this.#edited === null) this.#edited = text;
    });
  }

  get text(): string {
    return this.#edited ?? this.#ofWidget();
  }

  get isEdited(): boolean {
    return this.#edited !== null;
  }

  get runs(): boolean {
    return this.stage.kind === "running";
  }

  edit(text: string): void {
    this.#edited = text === this.#ofWidget() ? null : text;
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => this.#save(), saveMs);
  }

  #save(): void {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    if (this.#edited === null) void forget(this.#key);
    else void remember(this.#key, this.#edited);
  }

  run(): void {
    this.#close();
    this.#arrived = [];
    this.shown = [];
    this.#began = performance.now();
    this.stage = { kind: "running", full: false };
    this.#run = start(
      this.text,
      (message) => this.#hear(message),
      (words) => {
        this.stage = { kind: "not started", words };
      },
    );
  }

  stop(): void {
    if (!this.runs) return;
    this.#close();
    this.stage = { kind: "stopped", seconds: this.#seconds };
  }

  /** Ends the run: nobody sees the program any more. */
  close(): void {
    if (this.#saving !== undefined) this.#save();
    this.stop();
    this.#close();
    cancelAnimationFrame(this.#frame);
  }

  get #seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  #close(): void {
    this.#run?.close();
    this.#run = null;
  }

  #hear(message: FromProgram): void {
    switch (message.kind) {
      case "ready":
        break;
      case "output":
        this.#show({ kind: "output", ...message.output });
        break;
      case "full":
        this.stage = { kind: "running", full: true };
        break;
      case "ended":
        this.#showRest(message);
        this.stage = { kind: "ended", seconds: this.#seconds };
        break;
      case "failed":
        this.#showRest(message);
        this.stage = { kind: "failed", failure: message.failure };
        this.#close();
        break;
      default:
        message satisfies never;
    }
  }

  #showRest({ leftOut, last }: { readonly leftOut: number; readonly last: readonly Output[] }): void {
    if (leftOut > 0) this.#show({ kind: "left out", count: leftOut });
    for (const output of last) this.#show({ kind: "output", ...output });
  }

  /** Many lines may arrive within one frame of the screen; the list changes once. */
  #show(line: Shown): void {
    this.#arrived.push(line);
    if (this.#arrived.length > 1) return;
    this.#frame = requestAnimationFrame(() => {
      this.shown = [...this.shown, ...this.#arrived];
      this.#arrived = [];
    });
  }
}
