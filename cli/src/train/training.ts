// Makes a net, its optimiser and their run from a plan, and saves and restores the run in a model file.
import { Adam, ChainruleError, manualSeed, type Sequential, settle, type Tensor } from "chainrule";
import { build, type Description } from "chainrule/model";
import { type Fit, fit } from "chainrule/train";
import type { Data, Pictures } from "../data-set.ts";
import type { TestRecord } from "../evaluate/test-record.ts";
import { BadInput } from "../failure.ts";
import type { Extras, Model } from "../model-file.ts";
import { isCount, isRecord } from "../records.ts";
import { cannotResume, type Plan } from "./plan.ts";
import type { Processes } from "./processes.ts";

/** Steps before the one that --profile measures: in these the engine optimises the code. */
export const warmSteps = 50;

export interface Training {
  readonly net: Sequential;
  readonly run: Fit;
  readonly stepsPerEpoch: number;
  /** The state of the run for the model file, between two steps; with the result of its test after its end. */
  readonly extras: (test?: TestRecord) => Promise<Extras>;
}

export interface Beginning {
  readonly data: Data<Pictures>;
  readonly description: Description;
  readonly plan: Plan;
  readonly signal: AbortSignal;
  /** The file from which the training goes on; null for a new training. */
  readonly resume: { readonly file: string; readonly saved: Model & Extras } | null;
  readonly profile: boolean;
  /** The processes that compute the steps with XLA; null, and by default, WebAssembly computes them. */
  readonly processes?: Processes | null;
  /** Where the steps run without processes; by default WebAssembly. */
  readonly device?: "wasm" | "webgpu";
}

export function begin({
  data,
  description,
  plan,
  signal,
  resume,
  profile,
  processes = null,
  device = "wasm",
}: Beginning): Training {
  const { train, validation } = data;
  const { batchSize, epochs, lr, seed, patience, augment } = plan;
  manualSeed(seed);
  const net = build(description.architecture);
  const optimizer = new Adam(net.parameters(), { lr });
  // Batch norm's means over a few left-over pictures are poor, so the last, smaller batch is dropped.
  const dropLast = plan.model === "conv-bn" && train.labels.size >= batchSize;
  const batchesPerEpoch = train.labels.size / batchSize;
  const stepsPerEpoch = dropLast ? Math.floor(batchesPerEpoch) : Math.ceil(batchesPerEpoch);
  const validating = validation === null ? {} : { validation, keepBest: true };
  const options = {
    train,
    ...validating,
    epochs,
    batchSize,
    dropLast,
    optimizer,
    seed,
    signal,
    ...(processes === null ? { device } : { device: "xla" as const, share: processes.share }),
    ...description.normalisation,
    ...(patience === null || validation === null ? {} : { earlyStopping: { patience } }),
    ...(augment === null ? {} : { augment }),
    ...(profile ? { profile: stepsBeforeProfile(epochs * stepsPerEpoch - doneSteps(resume, stepsPerEpoch)) } : {}),
    schedule: (step: number) => lr * (1 - step / (epochs * stepsPerEpoch)),
  };
  const run = resume === null ? fit(net, options) : resumed(resume, (saved) => fit(net, { ...options, resume: saved }));
  const extras = async (test?: TestRecord): Promise<Extras> => {
    const { tensors, position } = run.checkpoint();
    await settle(tensors);
    return { tensors, training: { ...plan, ...position, ...(test === undefined ? {} : { test }) } };
  };
  return { net, run, stepsPerEpoch, extras };
}

/** With few steps the last but one is measured, because the last may have a smaller batch. */
const stepsBeforeProfile = (steps: number): number => Math.max(0, Math.min(warmSteps, steps - 2));

function doneSteps(resume: Beginning["resume"], stepsPerEpoch: number): number {
  if (resume === null || !isRecord(resume.saved.training)) return 0;
  const { epoch, batch } = resume.saved.training;
  return isCount(epoch) && isCount(batch) ? epoch * stepsPerEpoch + batch : 0;
}

type Saved = { readonly tensors: ReadonlyMap<string, Tensor>; readonly position: unknown };

/** The run of a saved file. Its record holds the plan and the position; the seed and the batch size belong to both. */
function resumed({ file, saved }: NonNullable<Beginning["resume"]>, go: (saved: Saved) => Fit): Fit {
  if (!isRecord(saved.training)) throw cannotResume(file);
  const { model: _, epochs: __, lr: ___, validation, patience, augment, folder, test, ...position } = saved.training;
  try {
    return go({ tensors: saved.tensors, position });
  } catch (error) {
    if (!(error instanceof ChainruleError) || error.code !== "state") throw error;
    switch (error.details.reason) {
      case "data":
        throw new BadInput(
          `--resume ${file}: was trained on other data; give the data set that its training began with`,
        );
      case "position":
        throw cannotResume(file);
      default:
        throw new BadInput(`--resume ${file}: cannot be resumed: ${error.words}`, { cause: error });
    }
  }
}
