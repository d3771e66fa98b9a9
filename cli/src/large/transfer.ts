// A training that begins with a pretrained net, on a folder that does not fit into memory: each picture is read once for its features.
import type { Sequential } from "chainrule";
import type { Description } from "chainrule/model";
import { replacedWords, type TestRecord } from "../evaluate/test-record.ts";
import { GaveUp, gaveUp } from "../failure.ts";
import { saveModel } from "../model-file.ts";
import { endUse, placeOf } from "../pictures/cache-folder.ts";
import { isReaderGone, sayWithoutOutput } from "../terminal/output.ts";
import type { Job, TrainOptions } from "../train/job.ts";
import { test } from "../train/testing.ts";
import { announceTransfer, choiceWords, tellHead } from "../transfer/account.ts";
import type { Backbone } from "../transfer/backbone.ts";
import { fitHead, type Head } from "../transfer/head.ts";
import { counted } from "../wording.ts";
import { largeFeatures } from "./features.ts";
import { copiesOf, type LargeData } from "./streams.ts";

export interface LargeTransfer {
  readonly job: Job;
  readonly backbone: Backbone;
  readonly data: LargeData;
  readonly options: TrainOptions;
  /** The number of threads that compute. */
  readonly threads: number;
  /** The start of the command, in milliseconds of performance.now(). */
  readonly began: number;
  /** The whole net, from pictures to logits. */
  readonly whole: (head: Head) => { readonly description: Description; readonly net: Sequential };
}

/** Fits, saves and tests; returns the exit code. */
export async function transferLarge(wanted: LargeTransfer): Promise<number> {
  try {
    return await fitAndTest(wanted);
  } finally {
    await wanted.data.streams.close();
  }
}

async function fitAndTest(wanted: LargeTransfer): Promise<number> {
  const { job, backbone, data, options, threads, began, whole } = wanted;
  const { screen, interrupt, intent, out, word, replaced } = job;
  for (const line of data.notes) screen.say(line);
  if (replaced !== null) screen.say(replacedWords(replaced));
  announceTransfer({ job, backbone, data, threads });
  const fitBegan = performance.now();
  const head = await learnLarge(wanted).catch(gaveUp);
  if (head instanceof GaveUp) {
    const kept = head.isResumable ? "what was computed is kept: the next run continues there" : "nothing was saved";
    screen.say(`stopped before the classifier was fitted; ${kept}`);
    return isReaderGone() ? 0 : interrupt.exitCode;
  }
  const { description, net } = whole(head);
  const { penalty, folds } = head.choice;
  const record = {
    ...{ from: backbone.name, backbone: backbone.fingerprint, penalty, folds },
    ...{ seed: intent.seed, validation: intent.validation, folder: data.folder },
  };
  const tensors = net.stateDict();
  const save = (tested?: TestRecord) =>
    saveModel(out, description, { tensors, training: tested === undefined ? record : { ...record, test: tested } });
  await save();
  sayWithoutOutput(`the training went on without it, and the model is saved in ${out}`);
  screen.say(`the model is saved in ${out}; now it is tested on ${counted(data.test.labels.size, "picture")}`);
  const seconds = (performance.now() - fitBegan) / 1000;
  const steps = head.steps.map((step, n) => ({ step: n + 1, ...step }));
  return test(
    { screen, description, data, word, out, interrupt },
    {
      ...{ net, replaced, began, page: options.report, save },
      copies: () => copiesOf(data, { screen, check: () => interrupt.check() }),
      recorder: { curves: { stepsPerEpoch: 1, steps, epochs: [] }, seconds },
      told: {
        net: `a classifier on ${backbone.name}`,
        seed: intent.seed,
        options: {
          from: backbone.origin,
          "backbone's fingerprint": backbone.fingerprint,
          classifier: "linear, logistic regression",
          penalty: choiceWords(head.choice),
        },
      },
    },
  );
}

/** The classifier. Throws GaveUp where the user stopped the work. */
async function learnLarge({ job, backbone, data, options }: LargeTransfer): Promise<Head> {
  const { screen, interrupt, intent, source } = job;
  const { train, validation, files } = data;
  const check = () => interrupt.check();
  const parts = [{ pictures: train, files: files?.train ?? [] }];
  if (validation !== null) parts.push({ pictures: validation, files: files?.validation ?? [] });
  const count = parts.reduce((sum, part) => sum + part.files.length, 0);
  const wanted = { directory: source.directory ?? ".", bytes: 4096 * count, extension: ".features" } as const;
  const place = (options.cache ?? true) ? placeOf({ ...wanted, form: [backbone.fingerprint, "rows"] }) : null;
  const file = place?.file ?? null;
  if (place !== null && file === null) screen.say(`the features are not kept for the next time: ${place.problem}`);
  try {
    const [learned, judged] = await largeFeatures({ backbone, data, parts, file, screen, check });
    const began = performance.now();
    const head = await fitHead(learned, {
      classes: train.classes.length,
      seed: intent.seed,
      validation: judged ?? null,
      check,
    });
    tellHead(screen, head, (performance.now() - began) / 1000);
    return head;
  } finally {
    if (file !== null) endUse(file);
  }
}
