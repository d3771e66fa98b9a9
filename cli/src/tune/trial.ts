// One trial: a training with the settings of a point of the space, which ends early where it falls behind the others.
import { existsSync } from "node:fs";
import { ChainruleError } from "chainrule";
import type { Description } from "chainrule/model";
import type { FitEvent } from "chainrule/train";
import type { Data } from "../data-set.ts";
import { BadInput } from "../failure.ts";
import { type Extras, loadModel, type Model, saveModel } from "../model-file.ts";
import { isRecord, own } from "../records.ts";
import { isReaderGone } from "../terminal/output.ts";
import { Checkpoints } from "../train/checkpoints.ts";
import type { Plan } from "../train/plan.ts";
import { begin, type Training } from "../train/training.ts";
import type { TrialRecord } from "./journal.ts";
import { isBehind } from "./median.ts";

/** Seconds between the checkpoints within an epoch. */
const checkpointSeconds = 30;

export interface Trial {
  readonly data: Data;
  readonly plan: Plan;
  readonly description: Description;
  /** The file from which an interrupted trial goes on. */
  readonly checkpoint: string;
  /** The validation losses of earlier trials, one an epoch. */
  readonly others: readonly (readonly number[])[];
  readonly signal: AbortSignal;
  readonly show: (event: FitEvent) => void;
}

export type Result = Pick<TrialRecord, "losses" | "best" | "end"> & {
  /** Writes the model with the weights of its best epoch. */
  readonly save: (file: string) => Promise<void>;
};

/** The result; null where the signal stopped the trial, or the reader of the output has gone: its checkpoint is written. */
export async function runTrial(trial: Trial): Promise<Result | null> {
  const { data, plan, description, checkpoint, signal } = trial;
  const training = resumed(trial, await savedTrial(trial)) ?? begin({ data, description, plan, signal, ...fresh });
  const save = (file: string) => training.extras().then((extras) => saveModel(file, description, extras));
  const checkpoints = new Checkpoints(checkpoint, { seconds: checkpointSeconds, validated: true, write: save });
  let best: TrialRecord["best"] = null;
  const ended = (end: TrialRecord["end"]): Result => ({ losses: lossesOf(training), best, end, save });
  try {
    for await (const event of training.run) {
      trial.show(event);
      if (event.type === "start") continue;
      best = event.best;
      if (event.type === "done") return ended(event.reason);
      if (event.type === "validation") {
        if (!Number.isFinite(event.loss)) return ended("diverged");
        if (isBehind(lossesOf(training), trial.others)) return ended("behind");
      }
      if (event.type === "stopped" || isReaderGone()) {
        await save(checkpoint);
        return null;
      }
      await checkpoints.see(event);
    }
  } catch (error) {
    if (!(error instanceof ChainruleError) || error.code !== "diverged") throw error;
    return ended("diverged");
  }
  throw new Error("internal: the run ended without a done event");
}

const fresh = { resume: null, profile: false } as const;

const lossesOf = ({ run }: Training): number[] =>
  run.history.flatMap(({ validation }) =>
    validation !== null && Number.isFinite(validation.loss) ? [validation.loss] : [],
  );

/** The checkpoint of this trial; null where there is none that can be read, or it is that of another one. */
async function savedTrial({ checkpoint, plan, description }: Trial): Promise<(Model & Extras) | null> {
  if (!existsSync(checkpoint)) return null;
  try {
    const saved = await loadModel(checkpoint);
    return isModelOf(saved, { plan, description }) ? saved : null;
  } catch (error) {
    if (error instanceof BadInput) return null;
    throw error;
  }
}

/** Whether a model file was trained with this plan. */
export function isModelOf(
  { description, training }: Model & Extras,
  { plan, description: wanted }: { readonly plan: Plan; readonly description: Description },
): boolean {
  const isSameNet =
    JSON.stringify([description.architecture, description.input]) ===
    JSON.stringify([wanted.architecture, wanted.input]);
  return (
    isSameNet &&
    isRecord(training) &&
    Object.entries(plan).every(([name, value]) => JSON.stringify(own(training, name)) === JSON.stringify(value))
  );
}

function resumed(
  { data, plan, description, checkpoint, signal }: Trial,
  saved: (Model & Extras) | null,
): Training | null {
  if (saved === null) return null;
  try {
    return begin({ data, description, plan, signal, resume: { file: checkpoint, saved }, profile: false });
  } catch (error) {
    // Its training was one on other data: the trial begins anew.
    if (error instanceof BadInput) return null;
    throw error;
  }
}
