// chainrule train that begins with a pretrained net: the classifier on its features, with --finetune a training of the last blocks, the model
// file with both, and the test.
import { type Sequential, threadsReady } from "chainrule";
import type { Dataset } from "chainrule/data";
import type { Description } from "chainrule/model";
import type { Data } from "../data-set.ts";
import { replacedWords, type TestRecord } from "../evaluate/test-record.ts";
import { GaveUp } from "../failure.ts";
import { withoutModel } from "../folds/folds.ts";
import { transferLarge } from "../large/transfer.ts";
import { type Extras, saveModel } from "../model-file.ts";
import { colours, inChannels } from "../pictures/adapt.ts";
import { findCopies } from "../pictures/copy-notes.ts";
import { isReaderGone, sayWithoutOutput } from "../terminal/output.ts";
import { changesInWords } from "../train/augmentation.ts";
import { defaultCheckpointSeconds } from "../train/checkpoints.ts";
import type { Job, TrainOptions } from "../train/job.ts";
import { read, readOrStream, tellGaveUp } from "../train/preparing.ts";
import type { Course, Told } from "../train/recorder.ts";
import { test } from "../train/testing.ts";
import { counted } from "../wording.ts";
import { announceTransfer, choiceWords } from "./account.ts";
import type { Backbone } from "./backbone.ts";
import { finetune } from "./finetune.ts";
import type { Choice, Head } from "./head.ts";
import { learn, wholeOf } from "./learning.ts";
import { chooseTuning, resumedTuning, type TuningPlan } from "./tuning-plan.ts";

export interface Transfer {
  readonly job: Job;
  readonly backbone: Backbone;
  readonly options: TrainOptions;
  /** The start of the command, in milliseconds of performance.now(). */
  readonly began: number;
}

/** Fits, saves and tests; returns the exit code. */
export async function transfer({ job, backbone, options, began }: Transfer): Promise<number> {
  const { screen, interrupt, replaced } = job;
  // The threads start while the pictures are read.
  const ready = threadsReady();
  // Cross-validation and fine-tuning go over all pictures many times, so that they have to be in memory.
  const found = await (options.folds === undefined && !tunes(job, options) ? readOrStream : read)(job, options);
  if (found instanceof GaveUp) return tellGaveUp(job, found);
  if ("streams" in found) {
    const whole = (head: Head) => wholeOf(found.train.classes, { backbone, head, seed: job.intent.seed });
    return transferLarge({ job, backbone, data: found, options, threads: await ready, began, whole });
  }
  const data = withColours(found);
  const copies = findCopies(data);
  for (const line of [...data.notes, ...copies.notes]) screen.say(line);
  if (replaced !== null) screen.say(replacedWords(replaced));
  announceTransfer({ job, backbone, data, threads: await ready, goesOn: job.tuning !== null });
  const trainingBegan = performance.now();
  const made = await make({ job, backbone, data, options }).catch((error: unknown) => {
    if (error instanceof GaveUp) return error;
    throw error;
  });
  if (made instanceof GaveUp) {
    screen.say(
      `stopped before ${job.tuning === null ? "the classifier was fitted" : "fine-tuning went on"}; ${made.isResumable ? "what was computed is kept: the next run continues there" : "nothing was saved"}`,
    );
    return isReaderGone() ? 0 : interrupt.exitCode;
  }
  if (made === "no model") return withoutModel(screen, began);
  if (made === "stopped") return isReaderGone() ? 0 : interrupt.exitCode;
  const { description, net, course, plan, choice } = made;
  const record = recordOf({ job, backbone, data, choice });
  const training = plan === null ? record : { ...record, finetune: plan };
  const tensors = net.stateDict();
  const save = (tested?: TestRecord) =>
    saveModel(job.out, description, {
      tensors,
      training: tested === undefined ? training : { ...training, test: tested },
    });
  await save();
  sayWithoutOutput(`the training went on without it, and the model is saved in ${job.out}`);
  screen.say(`the model is saved in ${job.out}; now it is tested on ${counted(data.test.labels.size, "picture")}`);
  const seconds = (performance.now() - trainingBegan) / 1000;
  return test(
    { screen, description, data, word: job.word, out: job.out, interrupt },
    {
      ...{ net, replaced, began, page: options.report, save },
      copies: async () => copies,
      recorder: { curves: course, seconds },
      told: told({ job, backbone, choice, plan }),
    },
  );
}

interface Made {
  readonly description: Description;
  readonly net: Sequential;
  readonly course: Course["curves"];
  /** null where only the classifier was fitted, and where fine-tuning did not help. */
  readonly plan: TuningPlan | null;
  readonly choice: Choice;
}

interface Making extends Omit<Transfer, "began"> {
  readonly data: Data;
}

const tunes = (job: Job, { finetune = false }: TrainOptions): boolean => finetune || job.tuning !== null;

/**
 * The net. "stopped": it was saved in the middle of fine-tuning. "no model": a cross-validation was all that was asked for. Throws GaveUp where
 * the work was stopped before anything was saved.
 */
async function make(making: Making): Promise<Made | "stopped" | "no model"> {
  const { job, backbone, data, options } = making;
  const { tuning, intent } = job;
  if (tuning !== null) return tune(making, { ...tuning.saved, choice: tuning.record.before.choice });
  const head = await learn({ job, backbone, data, options, validation: options.finetune ? "unused" : "choice" });
  if (head === null) return "no model";
  const { choice } = head;
  const whole = wholeOf(data.train.classes, { backbone, head, seed: intent.seed });
  return options.finetune
    ? tune(making, { ...whole, choice })
    : { ...whole, choice, course: courseOf(head), plan: null };
}

/** Each step of the fit takes all pictures, so it is an epoch. */
const courseOf = ({ steps }: Head): Made["course"] => ({
  stepsPerEpoch: 1,
  steps: steps.map((step, n) => ({ step: n + 1, ...step })),
  epochs: [],
});

/** Trains the net further; where that does not help, the classifier is fitted again. */
async function tune(
  making: Making,
  { description, net, choice }: Pick<Made, "description" | "net" | "choice">,
): Promise<Made | "stopped" | "no model"> {
  const { job, backbone, data, options } = making;
  const { tuning, intent } = job;
  const plan =
    tuning === null
      ? chooseTuning(options, data.train.images.shape)
      : resumedTuning(tuning.file, tuning.record, options);
  const record = { ...recordOf({ job, backbone, data, choice }), origin: backbone.origin };
  const tuned = await finetune({
    ...{ job, data, description, net, plan, head: choice },
    checkpointSeconds: options.checkpoint ?? defaultCheckpointSeconds,
    resume: tuning === null ? null : { ...tuning, before: tuning.record.before },
    write: (file: string, { tensors, training }: Extras) =>
      saveModel(file, description, { tensors, training: { ...record, ...(training as object) } }),
  });
  if (tuned.end === "stopped") return "stopped";
  if (tuned.end === "better") return { description, net, course: tuned.recorder.curves, plan, choice };
  job.screen.say("the classifier is fitted again to all pictures, those for validation included");
  const head = await learn({ job, backbone, data, options, validation: "learned" });
  if (head === null) return "no model";
  const whole = wholeOf(data.train.classes, { backbone, head, seed: intent.seed });
  return { ...whole, course: tuned.recorder.curves, plan: null, choice: head.choice };
}

/** What the model file records of the training. */
function recordOf({
  job: { intent },
  backbone,
  data,
  choice,
}: Pick<Making, "job" | "backbone" | "data"> & { readonly choice: Choice }) {
  const { name, fingerprint } = backbone;
  return {
    ...{ from: name, backbone: fingerprint, penalty: choice.penalty, folds: choice.folds },
    ...{ seed: intent.seed, validation: intent.validation, folder: data.folder },
  };
}

/** What the report tells. */
function told({
  job: { intent },
  backbone,
  choice,
  plan,
}: Pick<Making, "job" | "backbone"> & Pick<Made, "choice" | "plan">): Told {
  return {
    net: plan === null ? `a classifier on ${backbone.name}` : `${backbone.name}, fine-tuned,`,
    seed: intent.seed,
    options: {
      from: backbone.origin,
      "backbone's fingerprint": backbone.fingerprint,
      classifier: "linear, logistic regression",
      penalty: choiceWords(choice),
      ...(intent.validation === 0 ? {} : { "validation fraction": intent.validation }),
      ...(plan === null
        ? {}
        : { "fine-tuning": `${plan.epochs} epochs, learning rate ${plan.lr}, ${changesIn(plan)}` }),
    },
  };
}

const changesIn = ({ augment }: TuningPlan): string =>
  augment === null ? "no changes of pictures" : `pictures ${changesInWords(augment)}`;

/** Grey pictures in three equal channels, which is what the net takes. */
function withColours(data: Data): Data {
  if (data.train.images.shape[1] === 3) return data;
  const coloured = (part: Dataset) => inChannels(part, 3);
  const { train, validation, test } = data;
  const note = `the pictures are ${colours(1)}: they are taken as ${colours(3)} ones, as the pretrained net takes them`;
  return {
    ...data,
    train: coloured(train),
    validation: validation === null ? null : coloured(validation),
    test: coloured(test),
    notes: [...data.notes, note],
  };
}
