// Converts a run's progress to plain data, which JSON preserves, and back: maps become records, and NaN and infinities become strings.
import { ChainruleError } from "../errors/error.ts";
import { isWhole } from "../errors/numbers.ts";
import type { BestEpoch, EpochRecord, Identity, Progress, Tracked } from "./position.ts";

/** @inline */
type PlainNumber = number | "NaN" | "Infinity" | "-Infinity";
/** @inline */
type PlainNumbers = Readonly<Record<string, PlainNumber>>;

/** The progress of a run, as plain data. */
export interface Position extends Omit<Progress, "sums" | "best" | "history"> {
  readonly sums: PlainNumbers;
  readonly best: Readonly<Record<string, PlainNumbers | null>>;
  readonly history: readonly Readonly<Record<string, PlainNumber | PlainNumbers | null>>[];
}

const plain = (x: number): PlainNumber => (Number.isFinite(x) ? x : (String(x) as PlainNumber));

const plainNumbers = (numbers: Readonly<Record<string, number>>): PlainNumbers =>
  Object.fromEntries(Object.entries(numbers).map(([name, x]) => [name, plain(x)]));

/** Converts a progress to plain data. */
export function toPosition({ sums, best, history, ...rest }: Progress): Position {
  return {
    ...rest,
    sums: plainNumbers(Object.fromEntries(sums)),
    best: Object.fromEntries([...best].map(([name, record]) => [name, record && plainNumbers(record)])),
    history: history.map(({ validation, ...means }) => ({
      ...plainNumbers(means as BestEpoch),
      validation: validation && plainNumbers(validation),
    })),
  };
}

type Check = (value: unknown) => boolean;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isCount: Check = (value) => isWhole(value, { from: 0 });
const isNumber: Check = (value) =>
  typeof value === "number" ? Number.isFinite(value) : value === "NaN" || value === "Infinity" || value === "-Infinity";
const isNumbers: Check = (value) => isRecord(value) && Object.values(value).every(isNumber);
const isEpoch: Check = (value) => isRecord(value) && isCount(value.epoch) && isNumber(value.loss);

const checks: { readonly [K in keyof Position]: Check } = {
  epoch: isCount,
  stage: (value) => value === "steps" || value === "validation",
  step: isCount,
  batch: isCount,
  examples: isCount,
  sums: isNumbers,
  best: (value) => isRecord(value) && Object.values(value).every((x) => x === null || (isEpoch(x) && isNumbers(x))),
  history: (value) => Array.isArray(value) && value.every(isRecorded),
  kept: (value) => value === null || typeof value === "string",
  seed: isCount,
  batchSize: (value) => value === null || isCount(value),
  dropLast: (value) => typeof value === "boolean",
  order: (value) => typeof value === "string",
  data: (value) => typeof value === "string",
};

function isRecorded(value: unknown): boolean {
  if (!isEpoch(value) || !isRecord(value)) return false;
  const { validation, ...means } = value;
  return isNumbers(means) && (validation === null || isNumbers(validation));
}

function isPosition(value: unknown): value is Position {
  return (
    isRecord(value) &&
    Object.entries(checks).every(([name, check]) => check(Object.hasOwn(value, name) ? value[name] : undefined))
  );
}

/** Converts a position of the first versions, which trained on pictures only, to the current form. */
function upgraded(saved: unknown, stepsPerEpoch: number | null): unknown {
  if (!isRecord(saved) || !("lossSum" in saved) || "sums" in saved) return saved;
  const { pictures, lossSum, correct, ...rest } = saved;
  const step = Number(saved.epoch) * (stepsPerEpoch ?? 0) + Number(saved.batch);
  return {
    ...rest,
    examples: pictures,
    sums: { loss: lossSum, accuracy: correct },
    step,
    history: [],
    order: "shuffled",
  };
}

const numbersOf = (numbers: PlainNumbers): Record<string, number> =>
  Object.fromEntries(Object.entries(numbers).map(([name, x]) => [name, Number(x)]));

function toProgress({ sums, best, history, ...rest }: Position): Progress {
  return {
    ...rest,
    sums: new Map(Object.entries(numbersOf(sums))),
    best: new Map(
      Object.entries(best).map(([name, record]) => [name, record && (numbersOf(record) as unknown as BestEpoch)]),
    ),
    history: history.map(({ validation, ...means }) => {
      const judged = validation === null ? null : numbersOf(validation as PlainNumbers);
      return { ...numbersOf(means as PlainNumbers), validation: judged } as unknown as EpochRecord;
    }),
  };
}

/** The names of an identity's properties in messages. */
const parts: { readonly [K in Exclude<keyof Identity, "kept">]: string } = {
  data: "training data",
  seed: "seed",
  batchSize: "batchSize",
  dropLast: "dropLast",
  order: "order of examples",
};

interface Resuming {
  readonly identity: Identity;
  readonly tracked: Tracked;
  readonly stepsPerEpoch: number | null;
}

/** Converts a saved position to the progress of a resumed run. Throws if it is no position, or that of a run with another seed, batch size or data. */
export function resumedProgress(saved: unknown, { identity, tracked, stepsPerEpoch }: Resuming): Progress {
  const position = upgraded(saved, stepsPerEpoch);
  if (!isPosition(position))
    throw new ChainruleError(
      "state",
      "fit",
      "the position of resume is incomplete or damaged; give the whole result of checkpoint()",
      { reason: "position" },
    );
  for (const name of Object.keys(parts) as (keyof typeof parts)[]) {
    if (position[name] !== identity[name])
      throw new ChainruleError(
        "state",
        "fit",
        `resume began with other ${parts[name]}${name === "data" ? " than this" : `: ${position[name]}, not ${identity[name]}`}; ` +
          "continue with the same, or leave resume out to start again",
        { reason: name, saved: position[name], given: identity[name] },
      );
  }
  const progress = toProgress(position);
  const { kept } = identity;
  if (kept !== null && progress.kept !== kept && (progress.best.get(kept) ?? null) !== null)
    throw new ChainruleError(
      "state",
      "fit",
      `resume ${progress.kept === null ? "has no best weights" : `has the best weights by ${progress.kept}`}, but keepBest needs those by ${kept}; ` +
        "continue with the same keepBest, or leave resume out to start again",
      { reason: "keepBest", saved: progress.kept, given: kept },
    );
  const unknown = [...tracked.keys()].find((name) => !progress.best.has(name));
  if (unknown !== undefined && [...progress.best.values()].some((record) => record !== null))
    throw new ChainruleError(
      "state",
      "fit",
      `resume has its best epoch by ${[...progress.best.keys()].join(" and ")}, but monitor is ${unknown}; continue with the same monitor`,
      { reason: "monitor", saved: [...progress.best.keys()], given: unknown },
    );
  const best = new Map([...tracked.keys()].map((name) => [name, progress.best.get(name) ?? null]));
  return { ...progress, best, kept };
}
