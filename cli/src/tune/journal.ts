// The journal of a search, a file beside the model: a first line that says what is searched, and a line for each trial that has ended, as
// JSON. A line is appended when its trial has ended, and is on the disk before the next trial begins. So a search that was killed goes on
// after its last whole line; a line that was cut off is not read, and is cut away.
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, statSync, truncateSync, writeSync } from "node:fs";
import { BadInput, reasonOf } from "../failure.ts";
import { isCount, isRecord, own } from "../records.ts";
import type { Settings } from "./space.ts";

/** epochs: after its last epoch. patience: no lower loss for so many epochs. behind: by the median rule. diverged: the loss became infinite. */
export type End = "epochs" | "patience" | "behind" | "diverged";
const ends: readonly End[] = ["epochs", "patience", "behind", "diverged"];

export interface TrialRecord {
  /** Counted from 0. */
  readonly trial: number;
  readonly settings: Settings;
  /** The validation loss of each epoch. */
  readonly losses: readonly number[];
  /** The epoch with the lowest validation loss, its loss and accuracy; null where the loss became infinite before the first validation. */
  readonly best: { readonly epoch: number; readonly loss: number; readonly accuracy: number } | null;
  readonly end: End;
  readonly seconds: number;
}

/** What is searched: journals with other values belong to other searches. The values are of JSON, and the names those of options. */
export type Identity = Readonly<Record<string, unknown>>;

interface Head {
  readonly format: string;
  readonly search: Identity;
  /** Whether pictures are mirrored; null where no trial decided it. */
  readonly flip: boolean | null;
}

const format = "chainrule-tune-1";

/** "m.safetensors" -> "m.tune.jsonl" */
export const journalOf = (model: string): string => `${model.replace(/\.[^./\\]*$/, "")}.tune.jsonl`;

export class Journal {
  readonly file: string;
  readonly flip: boolean | null;
  readonly #trials: TrialRecord[];
  /** The length of the whole lines. */
  #bytes: number;

  private constructor(file: string, { flip, trials, bytes }: Contents) {
    this.file = file;
    this.flip = flip;
    this.#trials = [...trials];
    this.#bytes = bytes;
  }

  /** The journal that is there; null where there is none. Throws BadInput where it is damaged, or that of another search. */
  static find(file: string, search: Identity): Journal | null {
    if (!existsSync(file)) return null;
    const contents = read(file, search);
    if (contents === null) return null;
    return guard(file, () => {
      if (statSync(file).size > contents.bytes) truncateSync(file, contents.bytes);
      return new Journal(file, contents);
    });
  }

  static begin(file: string, search: Identity, flip: boolean | null): Journal {
    const journal = new Journal(file, { flip, trials: [], bytes: 0 });
    const head: Head = { format, search, flip };
    journal.#write(head, "w");
    return journal;
  }

  get trials(): readonly TrialRecord[] {
    return this.#trials;
  }

  /** The trial with the lowest validation loss, the earlier one of two; null where there is none. */
  get best(): TrialRecord | null {
    let best: TrialRecord | null = null;
    for (const trial of this.#trials)
      if (trial.best !== null && trial.best.loss < (best?.best?.loss ?? Number.POSITIVE_INFINITY)) best = trial;
    return best;
  }

  add(trial: TrialRecord): void {
    this.#write(trial, "a");
    this.#trials.push(trial);
  }

  #write(line: Head | TrialRecord, flags: "w" | "a"): void {
    guard(this.file, () => {
      if (flags === "a" && statSync(this.file).size !== this.#bytes)
        throw new BadInput(
          `${this.file}: another chainrule tune has written to it; wait until that one has ended, or give another --out`,
        );
      const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
      const handle = openSync(this.file, flags);
      try {
        writeSync(handle, bytes);
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
      this.#bytes += bytes.length;
    });
  }
}

interface Contents {
  readonly flip: boolean | null;
  readonly trials: readonly TrialRecord[];
  readonly bytes: number;
}

/** The whole lines of a journal; null where not even the first one is whole. */
function read(file: string, search: Identity): Contents | null {
  const text = guard(file, () => readFileSync(file, "utf8"));
  const lines = text.split("\n");
  // Behind the last line break lies nothing, or a line that was cut off.
  const cut = lines.pop() ?? "";
  const isOurs = (start: string) => start.startsWith(`{"format":"${format}"`.slice(0, start.length));
  if (!isOurs(lines[0] ?? cut))
    throw new BadInput(`${file}: exists and is no journal of chainrule tune, so it is not changed; give another --out`);
  if (lines.length === 0) return null;
  const [head, ...trials] = lines.map((line, n) => {
    const value = parsed(line);
    if (n === 0 ? isHead(value) : isTrial(value, n - 1)) return value;
    throw new BadInput(`${file}: line ${n + 1} is damaged; remove it and the lines after it to go on from there`);
  }) as [Head, ...TrialRecord[]];
  checkSearch(file, head.search, search);
  return { flip: head.flip, trials, bytes: Buffer.byteLength(text) - Buffer.byteLength(cut) };
}

function checkSearch(file: string, begun: Identity, wanted: Identity): void {
  const differing = Object.keys({ ...begun, ...wanted }).filter(
    (name) => JSON.stringify(own(begun, name)) !== JSON.stringify(own(wanted, name)),
  );
  if (differing.length === 0) return;
  if (differing.includes("data"))
    throw new BadInput(
      `${file}: is the journal of a search on other data; give another --out, or remove it to begin anew`,
    );
  const flag = (name: string) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const words = differing
    .map((name) => `${flag(name)} ${said(own(begun, name))}, now ${said(own(wanted, name))}`)
    .join("; ");
  throw new BadInput(
    `${file}: its search was begun with ${words}; give the same options to go on, another --out, or remove it to begin anew`,
  );
}

const said = (value: unknown): string => (value === null || value === undefined ? "none" : String(value));

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const isHead = (value: unknown): value is Head =>
  isRecord(value) &&
  value.format === format &&
  isRecord(value.search) &&
  (value.flip === null || typeof value.flip === "boolean");

function isTrial(value: unknown, trial: number): value is TrialRecord {
  if (!isRecord(value) || value.trial !== trial || !isRecord(value.settings)) return false;
  const { losses, best, end, seconds } = value;
  const isLosses = Array.isArray(losses) && losses.every((loss) => Number.isFinite(loss));
  const isBest =
    best === null ||
    (isRecord(best) && isCount(best.epoch) && Number.isFinite(best.loss) && Number.isFinite(best.accuracy));
  return isLosses && isBest && ends.some((known) => known === end) && Number.isFinite(seconds);
}

/** Runs work on the file; a system error becomes BadInput. */
function guard<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof BadInput) throw error;
    throw new BadInput(`${file}: ${reasonOf(error)}`, { cause: error });
  }
}
