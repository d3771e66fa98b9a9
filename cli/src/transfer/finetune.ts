// Fine-tuning: the last half of a pretrained net's blocks and the classifier on them are trained further, at a small learning rate, on pictures
// that are changed a little each time. The validation pictures say after each epoch whether it helps; where no epoch does, the net is again
// what it was before.
import { Adam, ChainruleError, manualSeed, type Sequential, type Tensor } from "chainrule";
import { Backbone, type Description } from "chainrule/model";
import { type DoneEvent, type Fit, fit, type StoppedEvent } from "chainrule/train";
import type { Data } from "../data-set.ts";
import { evaluateWhole } from "../evaluate/whole-batches.ts";
import { BadInput, GaveUp } from "../failure.ts";
import type { Extras } from "../model-file.ts";
import { isRecord } from "../records.ts";
import { isReaderGone } from "../terminal/output.ts";
import { Checkpoints, checkpointOf } from "../train/checkpoints.ts";
import { notDiverged } from "../train/diverged.ts";
import type { Job } from "../train/job.ts";
import { cannotResume } from "../train/plan.ts";
import { Progress } from "../train/progress.ts";
import { Recorder } from "../train/recorder.ts";
import { announceTuning, tellTuned } from "./account.ts";
import { type Before, beforePrefix, type TuningPlan } from "./tuning-plan.ts";

export interface Tuning {
  readonly job: Job;
  readonly data: Data;
  readonly description: Description;
  /** The whole net: as it is before fine-tuning, or as the resumed file has it. */
  readonly net: Sequential;
  readonly plan: TuningPlan;
  readonly checkpointSeconds: number;
  /** The file that is resumed; null for a new fine-tuning. */
  readonly resume: { readonly file: string; readonly saved: Extras; readonly before: Before } | null;
  readonly head: Before["choice"];
  /** Writes a checkpoint: what it adds to the record, and all tensors. */
  readonly write: (file: string, extras: Extras) => Promise<void>;
}

export interface Tuned {
  /** "better": the net has the weights of its best epoch. "kept": it is as it was before. "stopped": it was saved to be resumed. */
  readonly end: "better" | "kept" | "stopped";
  readonly recorder: Recorder;
}

/** Trains the net further, in place. Throws GaveUp where the user stopped it before its first step. */
export async function finetune(tuning: Tuning): Promise<Tuned> {
  const { job, data, net, plan, resume } = tuning;
  const { validation } = data;
  if (validation === null)
    throw new BadInput(
      "--finetune: no pictures are left to judge by whether it helps; give more pictures, or a validation folder",
    );
  const trained = trainable(net);
  const original = resume === null ? copyOf(trained) : savedBefore(resume.file, resume.saved);
  const began = performance.now();
  const before = resume?.before ?? (await judgeBefore(tuning, validation));
  const judging = resume === null ? (performance.now() - began) / 1000 / validation.labels.size : null;
  const run = begin(tuning, { trained, before });
  const extras = (): Extras => {
    const { tensors, position } = run.checkpoint();
    const kept = [...original].map(([name, tensor]) => [`${beforePrefix}${name}`, tensor] as const);
    return { tensors: new Map([...tensors, ...kept]), training: { finetune: plan, before, position } };
  };
  const checkpoints = new Checkpoints(checkpointOf(job.out), {
    seconds: tuning.checkpointSeconds,
    validated: true,
    write: (file) => tuning.write(file, extras()),
  });
  const parameters = [...trained.values()].reduce((sum, { size }) => sum + size, 0);
  announceTuning({ job, plan, data, before, parameters, judging });
  const recorder = new Recorder();
  const end = await follow(run, { tuning, checkpoints, recorder });
  if (end === null || end.type === "stopped") {
    if (end !== null) await tuning.write(job.out, extras());
    checkpoints.remove();
    if (end !== null) tellTuned(job, { end, before });
    return { end: "stopped", recorder };
  }
  checkpoints.remove();
  const isBetter = end.best !== null && end.best.loss < before.loss;
  if (!isBetter) net.loadStateDict(original, { strict: false });
  tellTuned(job, { end, before });
  return { end: isBetter ? "better" : "kept", recorder };
}

/** Freezes all but the second half of the backbone's blocks and the classifier, and returns the parameters of these. */
function trainable(net: Sequential): ReadonlyMap<string, Tensor> {
  const [backbone] = net;
  if (!(backbone instanceof Backbone)) throw new Error("internal: the net does not begin with a backbone");
  backbone.fixedStatistics = true;
  net.eval();
  backbone.requiresGrad_(false);
  const blocks = backbone.blocksInOrder();
  for (const block of blocks.slice(Math.floor(blocks.length / 2))) block.requiresGrad_(true);
  return new Map(net.namedParameters());
}

const copyOf = (tensors: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> =>
  new Map([...tensors].map(([name, tensor]) => [name, tensor.detach()]));

/** The state of the parameters before the fine-tuning that a file goes on with. */
function savedBefore(file: string, { tensors }: Extras): ReadonlyMap<string, Tensor> {
  const found = [...tensors].filter(([name]) => name.startsWith(beforePrefix));
  if (found.length === 0) throw cannotResume(file);
  return new Map(found.map(([name, tensor]) => [name.slice(beforePrefix.length), tensor]));
}

async function judgeBefore({ job, net, description, head }: Tuning, validation: Data["train"]): Promise<Before> {
  const { signal } = job.interrupt;
  try {
    const { loss, accuracy } = await evaluateWhole({ net, description }, validation, signal);
    return { choice: head, loss, accuracy };
  } catch (error) {
    // The features, from which the classifier is fitted in seconds, are kept.
    if (signal.aborted && error === signal.reason) throw new GaveUp({ isResumable: true });
    throw error;
  }
}

interface Beginning {
  readonly trained: ReadonlyMap<string, Tensor>;
  readonly before: Before;
}

function begin({ job, data, description, net, plan, resume }: Tuning, { trained }: Beginning): Fit {
  const { epochs, batchSize, lr, patience, augment } = plan;
  const { seed } = description;
  manualSeed(seed);
  const stepsPerEpoch = Math.ceil(data.train.labels.size / batchSize);
  const start = (saved?: { readonly tensors: ReadonlyMap<string, Tensor>; readonly position: unknown }) =>
    fit(net, {
      train: data.train,
      validation: data.validation ?? undefined,
      keepBest: true,
      earlyStopping: { patience },
      ...{ epochs, batchSize, seed, resume: saved },
      optimizer: new Adam([...trained.values()], { lr }),
      signal: job.interrupt.signal,
      ...description.normalisation,
      ...(augment === null ? {} : { augment }),
      schedule: (step: number) => lr * rateAt(step, epochs * stepsPerEpoch),
    });
  if (resume === null) return start();
  const tensors = new Map([...resume.saved.tensors].filter(([name]) => !name.startsWith(beforePrefix)));
  try {
    return start({ tensors, position: isRecord(resume.saved.training) ? resume.saved.training.position : null });
  } catch (error) {
    if (!(error instanceof ChainruleError) || error.code !== "state") throw error;
    if (error.details.reason === "data")
      throw new BadInput(
        `--resume ${resume.file}: was trained on other data; give the data set that its training began with`,
      );
    throw cannotResume(resume.file);
  }
}

/** The part of the steps in which the rate rises. Adam's first steps are as long for small gradients as for large ones. */
const warming = 0.1;

/** The part of the learning rate in a step: it rises linearly for a tenth of the steps, and then falls linearly to 0. */
function rateAt(step: number, steps: number): number {
  return Math.min((step + 1) / Math.max(1, warming * steps), (1 - step / steps) / (1 - warming));
}

interface Following {
  readonly tuning: Tuning;
  readonly checkpoints: Checkpoints;
  readonly recorder: Recorder;
}

/** Runs to the end and returns the last event; null where the reader of the output has gone. */
async function follow(
  run: Fit,
  { tuning, checkpoints, recorder }: Following,
): Promise<DoneEvent | StoppedEvent | null> {
  const progress = new Progress(tuning.job.screen);
  try {
    for await (const event of run) {
      progress.show(event);
      recorder.see(event);
      if (event.type === "done" || event.type === "stopped") return event;
      if (isReaderGone()) return null;
      await checkpoints.see(event);
    }
    throw new Error("internal: the run ended without a done event");
  } catch (error) {
    const shown = notDiverged(error, tuning.plan);
    if (shown !== error && checkpoints.written) checkpoints.remove();
    throw shown;
  } finally {
    progress.stop();
  }
}
