// The text of a search: a table that grows by a row with each trial, a bar while a trial runs, and the best settings as a command line.
import type { FitEvent, StartEvent } from "chainrule/train";
import type { SingleBar } from "cli-progress";
import { startBar } from "../terminal/bars.ts";
import { commandLine, type Screen } from "../terminal/screen.ts";
import { type ChangeOptions, changeNames, typed } from "../train/augmentation.ts";
import { percent } from "../wording.ts";
import type { TrialRecord } from "./journal.ts";
import type { TuneOptions } from "./search.ts";
import { type Settings, sizeWords } from "./space.ts";

const columns = ["trial", "net", "size", "learning rate", "epochs", "validation loss", "accuracy", ""] as const;
const widths = [5, 7, 9, 13, 6, 15, 8, 0] as const;

const row = (cells: readonly string[]): string =>
  cells
    .map((cell, n) => (n === 1 || n === 7 ? cell.padEnd(widths[n]) : cell.padStart(widths[n])))
    .join("  ")
    .trimEnd();

export const tableHead = (): string => row(columns);

const endWords: Readonly<Record<TrialRecord["end"], string>> = {
  epochs: "",
  patience: "no lower loss any more",
  behind: "behind the others",
  diverged: "the loss became infinite",
};

export function tableRow({ trial, settings, losses, best, end }: TrialRecord, isBest: boolean): string {
  const notes = [isBest ? "the best so far" : "", endWords[end]].filter((note) => note !== "").join("; ");
  const figures = best === null ? ["", ""] : [best.loss.toFixed(4), percent(best.accuracy)];
  return row([...settingCells(trial, settings), String(losses.length), ...figures, notes]);
}

const settingCells = (trial: number, { model, size, lr }: Settings): string[] => [
  String(trial + 1),
  model,
  sizeWords(size),
  String(lr),
];

/** The bar of a trial; on a screen that cannot be redrawn there is none. */
export class TrialBar {
  readonly #screen: Screen;
  readonly #words: string;
  #start: StartEvent | null = null;
  #bar: SingleBar | null = null;

  constructor(screen: Screen, trial: number, settings: Settings) {
    this.#screen = screen;
    const [number, ...others] = settingCells(trial, settings);
    this.#words = `trial ${number}: ${others.join(" ")}`;
  }

  show(event: FitEvent): void {
    if (event.type === "start") this.#start = event;
    if (!this.#screen.redrawn || event.type !== "step" || this.#start === null) return;
    const { epochs, pictures } = this.#start;
    const payload = { epoch: String(event.epoch), loss: event.mean.loss.toFixed(4) };
    const format = `${this.#words}  epoch {epoch}/${epochs} {bar} loss {loss}`;
    this.#bar ??= startBar(this.#screen, { format, total: epochs * pictures, clear: true, payload });
    this.#bar.update((event.epoch - 1) * pictures + event.mean.pictures, payload);
  }

  stop(): void {
    this.#bar?.stop();
    this.#bar = null;
  }
}

export interface Chosen {
  readonly settings: Settings;
  /** Whether a trial decided that pictures are mirrored; null where none did. */
  readonly flip: boolean | null;
  readonly validation: number;
}

/** The command that trains the net of these settings; with the same threads or others it gives the same weights. */
export function trainingCommand(word: string, options: TuneOptions, { settings, flip, validation }: Chosen): string {
  const { model, size, lr } = settings;
  const changes: ChangeOptions = flip === null ? options : { ...options, flip };
  const optional = (flag: string, value: number | undefined) => (value === undefined ? [] : [flag, String(value)]);
  return commandLine([
    ...["train", word],
    ...(size === null ? [] : ["--from", "none", "--size", size.join("x")]),
    ...["--model", model, "--lr", String(lr), "--validation", String(validation)],
    ...optional("--epochs", options.epochs),
    ...optional("--batch-size", options.batchSize),
    ...optional("--patience", options.patience),
    ...optional("--seed", options.seed),
    ...(options.augment === undefined ? [] : [options.augment ? "--augment" : "--no-augment"]),
    ...changeNames.flatMap((name) => typed(name, changes)?.split(" ") ?? []),
    ...(options.skipBroken ? ["--skip-broken"] : []),
  ]);
}
