// chainrule train that begins with a pretrained net: the features of all pictures, a linear classifier on them, the model file with both,
// and the test.
import { type Sequential, threadsReady } from "chainrule";
import type { Dataset } from "chainrule/data";
import { build, type Description } from "chainrule/model";
import type { Data } from "../data.ts";
import { replacedWords, type TestRecord } from "../evaluate/test-record.ts";
import { GaveUp } from "../failure.ts";
import { poolOf } from "../folds/assign.ts";
import { joinedExamples, learnFromFeatures } from "../folds/features.ts";
import { crossValidate, withoutModel } from "../folds/folds.ts";
import { transferLarge } from "../large/transfer.ts";
import { saveModel } from "../model-file.ts";
import { colours, inChannels } from "../pictures/adapt.ts";
import { endUse, placeOf } from "../pictures/cache-folder.ts";
import { findCopies } from "../pictures/copy-notes.ts";
import { isReaderGone, sayWithoutOutput } from "../terminal/output.ts";
import { type Job, read, readOrStream, type TrainOptions, tellGaveUp } from "../train/preparing.ts";
import { test } from "../train/testing.ts";
import { counted } from "../wording.ts";
import { announceTransfer, choiceWords, tellHead } from "./account.ts";
import type { Backbone } from "./backbone.ts";
import { featuresOf } from "./features.ts";
import { fitHead, type Head } from "./head.ts";

export interface Transfer {
  readonly job: Job;
  readonly backbone: Backbone;
  readonly options: TrainOptions;
  /** The start of the command, in milliseconds of performance.now(). */
  readonly began: number;
}

/** Fits, saves and tests; returns the exit code. */
export async function transfer({ job, backbone, options, began }: Transfer): Promise<number> {
  const { screen, interrupt, out, word, intent, replaced } = job;
  // The threads start while the pictures are read.
  const ready = threadsReady();
  // Cross-validation goes over all pictures many times, so that they have to be in memory.
  const found = await (options.folds === undefined ? readOrStream : read)(job, options);
  if (found instanceof GaveUp) return tellGaveUp(job, found);
  if ("streams" in found) {
    const whole = (head: Head) => wholeOf(found.train.classes, { backbone, head, seed: intent.seed });
    return transferLarge({ job, backbone, data: found, options, threads: await ready, began, whole });
  }
  const data = withColours(found);
  const copies = findCopies(data);
  for (const line of [...data.notes, ...copies.notes]) screen.say(line);
  if (replaced !== null) screen.say(replacedWords(replaced));
  const threads = await ready;
  const trainingBegan = performance.now();
  const head = await learn({ job, backbone, data, options, threads }).catch((error: unknown) => {
    if (error instanceof GaveUp) return error;
    throw error;
  });
  if (head instanceof GaveUp) {
    screen.say(
      `stopped before the classifier was fitted; ${head.isResumable ? "what was computed is kept: the next run continues there" : "nothing was saved"}`,
    );
    return isReaderGone() ? 0 : interrupt.exitCode;
  }
  if (head === null) return withoutModel(screen, began);
  const { description, net } = wholeOf(data.train.classes, { backbone, head, seed: intent.seed });
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
  const seconds = (performance.now() - trainingBegan) / 1000;
  const steps = head.steps.map((step, n) => ({ step: n + 1, ...step }));
  return test(
    { screen, description, data, word, out, interrupt },
    {
      ...{ net, replaced, began, page: options.report, save },
      copies: async () => copies,
      // Each step takes all pictures, so it is an epoch.
      recorder: { curves: { stepsPerEpoch: 1, steps, epochs: [] }, seconds },
      told: {
        net: `a classifier on ${backbone.name}`,
        seed: intent.seed,
        options: {
          from: backbone.origin,
          "backbone's fingerprint": backbone.fingerprint,
          classifier: "linear, logistic regression",
          penalty: choiceWords(head.choice),
          ...(intent.validation === 0 ? {} : { "validation fraction": intent.validation }),
        },
      },
    },
  );
}

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

interface Learning {
  readonly job: Job;
  readonly backbone: Backbone;
  readonly data: Data;
  readonly options: TrainOptions;
  readonly threads: number;
}

/** The classifier; null where none is wanted after a cross-validation. Throws GaveUp where the user stopped the work. */
async function learn({ job, backbone, data, options, threads }: Learning): Promise<Head | null> {
  const { screen, interrupt, intent, source } = job;
  const { train, validation } = data;
  const check = () => interrupt.check();
  announceTransfer({ job, backbone, data, threads });
  const parts = validation === null ? [train] : [train, validation];
  const count = parts.reduce((sum, { labels }) => sum + labels.size, 0);
  const wanted = { directory: source.directory ?? ".", bytes: 4096 * count, extension: ".features" } as const;
  const place = (options.cache ?? true) ? placeOf({ ...wanted, form: backbone.fingerprint }) : null;
  const file = place?.file ?? null;
  try {
    const [learned, judged] = await featuresOf({ backbone, parts, cache: file, screen, check });
    const classes = train.classes.length;
    const { folds } = options;
    if (folds !== undefined) {
      const { seed } = intent;
      const learn = learnFromFeatures({ examples: joinedExamples(learned, judged), classes, seed, check });
      await crossValidate({ screen, pool: poolOf(data), folds, seed, learn });
      if (options.final === false) return null;
    }
    const began = performance.now();
    const head = await fitHead(learned, { classes, seed: intent.seed, validation: judged ?? null, check });
    tellHead(screen, head, (performance.now() - began) / 1000);
    return head;
  } finally {
    if (file !== null) endUse(file);
  }
}

/** The whole net, from pictures to logits, and its description. */
function wholeOf(
  classes: readonly string[],
  { backbone, head, seed }: { readonly backbone: Backbone; readonly head: Head; readonly seed: number },
): { readonly description: Description; readonly net: Sequential } {
  const description = describe(classes, backbone, { seed, features: head.weight.shape[1] });
  return { description, net: netOf(description, backbone, head) };
}

function describe(
  classes: readonly string[],
  { name, input }: Backbone,
  { seed, features }: { readonly seed: number; readonly features: number },
): Description {
  return {
    architecture: [[name], ["Linear", features, classes.length]],
    input: [3, ...input.size],
    classes,
    normalisation: { mean: [...input.mean], std: [...input.std] },
    framing: "plain",
    seed,
  };
}

/** The whole net, from pictures to logits. */
function netOf({ architecture }: Description, backbone: Backbone, { weight, bias }: Head): Sequential {
  const net = build(architecture).eval();
  const own = [...backbone.net.stateDict()].map(([name, values]) => [`0.${name}`, values] as const);
  net.loadStateDict(new Map([...own, ["1.weight", weight], ["1.bias", bias]]));
  return net;
}
