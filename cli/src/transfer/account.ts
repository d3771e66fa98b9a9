// The text and the events about a training that begins with a pretrained net.
import { type DoneEvent, isUneven, type StoppedEvent } from "chainrule/train";
import type { Data, Pictures } from "../data-set.ts";
import { countsOf } from "../pictures/aside.ts";
import type { Screen } from "../terminal/screen.ts";
import { tellStopped } from "../train/account.ts";
import { changesInWords } from "../train/augmentation.ts";
import type { Job } from "../train/job.ts";
import { duration } from "../train/progress.ts";
import { counted, percent, short, thousands } from "../wording.ts";
import { type Backbone, nothing } from "./backbone.ts";
import type { Choice, Head } from "./head.ts";
import type { Before, TuningPlan } from "./tuning-plan.ts";

export function announceTransfer({
  job: { screen, intent, out, replaced },
  backbone,
  data,
  threads,
  goesOn = false,
}: {
  readonly job: Job;
  readonly backbone: Backbone;
  readonly data: Data<Pictures>;
  readonly threads: number;
  /** Whether fine-tuning goes on, so that the classifier is there already. */
  readonly goesOn?: boolean;
}): void {
  const { name, origin, fingerprint, net, input } = backbone;
  const { train, validation, test } = data;
  const [seen, judged, unseen] = [train.labels.size, validation?.labels.size ?? 0, test.labels.size];
  const counts = countsOf(train);
  screen.say(
    `${data.name}: ${counted(seen, "picture")} to learn from, ${judged > 0 ? `${thousands(judged)} for validation, ` : ""}` +
      `${thousands(unseen)} to test, ${input.size[1]}×${input.size[0]}, ${train.classes.length} classes`,
  );
  const parameters = net.parameters().reduce((sum, { size }) => sum + size, 0);
  const work = goesOn ? "fine-tuning goes on with" : "a linear classifier is fitted to the features of";
  const parts = `${thousands(parameters)} parameters${goesOn ? "" : ", which stay as they are"}`;
  screen.say(
    `${work} ${name} (${origin}; ${parts}); ` +
      `seed ${intent.seed}; on ${threads === 1 ? "one thread" : `${threads} threads`}`,
  );
  if (isUneven(counts)) screen.say("the classes are uneven, so that each picture of a small class counts more");
  screen.event("start", {
    data: data.name,
    ...{ train: seen, test: unseen, validationPictures: judged, classes: train.classes },
    classPictures: {
      train: counts,
      validation: validation === null ? null : countsOf(validation),
      test: countsOf(test),
    },
    from: { net: name, origin, fingerprint, parameters },
    ...{ seed: intent.seed, validation: intent.validation, threads, out },
    replaces: replaced === null ? null : { date: replaced.date, testAccuracy: replaced.test?.accuracy ?? null },
  });
}

/** Below this accuracy on pictures that were left out, a net that begins with nothing is worth a try: drawings are no photographs. */
const poor = 0.6;

export function tellHead(screen: Screen, { choice, steps }: Head, seconds: number): void {
  const last = steps[steps.length - 1];
  const { accuracy, folds } = choice;
  const unseen = folds === 0 ? "the validation pictures" : "pictures that were left out in turn";
  const judged = accuracy === null ? "" : `, and ${percent(accuracy)} of ${unseen}`;
  screen.say(
    `fitted the classifier in ${seconds.toFixed(1)} s: it recognises ${percent(last.accuracy)} of the pictures that it learned from${judged}`,
  );
  if (accuracy !== null && accuracy < poor)
    screen.say(
      `the features tell these classes apart poorly; a net of random weights may do better: compare with --from ${nothing} and another --out`,
    );
  screen.event("head", { ...choice, trainingLoss: last.loss, trainingAccuracy: last.accuracy, seconds });
}

/** Training takes about so many times as long as judging the same pictures. */
const trainingShare = 2.5;
/** Fine-tuning that takes longer is announced with its time. */
const longSeconds = 60;

export function announceTuning({
  job: { screen },
  plan,
  data: { train, validation },
  before,
  parameters,
  judging,
}: {
  readonly job: Job;
  readonly plan: TuningPlan;
  readonly data: Data;
  readonly before: Before;
  /** The number of those that are trained. */
  readonly parameters: number;
  /** Seconds for judging a picture; null where none were judged. */
  readonly judging: number | null;
}): void {
  const { epochs, batchSize, lr, augment } = plan;
  screen.say(
    `fine-tuning trains ${thousands(parameters)} parameters further, those of the last blocks and of the classifier: epochs ${epochs}, ` +
      `batch size ${batchSize}, learning rate ${short(lr)} falling to 0`,
  );
  if (augment !== null)
    screen.say(`each time a picture is used it is ${changesInWords(augment)} (--no-augment switches this off)`);
  const seconds = (judging ?? 0) * epochs * (trainingShare * train.labels.size + (validation?.labels.size ?? 0));
  if (seconds > longSeconds)
    screen.say(`this takes up to about ${duration(seconds)}; Ctrl-C saves it, and it can be resumed`);
  screen.say(`before, the validation loss is ${before.loss.toFixed(4)}, the accuracy ${percent(before.accuracy)}`);
  screen.event("finetune", { ...plan, parameters, before: { loss: before.loss, accuracy: before.accuracy } });
}

export function tellTuned(
  job: Job,
  { end, before }: { readonly end: DoneEvent | StoppedEvent; readonly before: Before },
): void {
  if (end.type === "stopped") {
    tellStopped(job, end);
    return;
  }
  const { screen } = job;
  const { best, epoch, reason } = end;
  const loss = best?.loss ?? Number.POSITIVE_INFINITY;
  const isBetter = loss < before.loss;
  screen.say(
    isBetter
      ? `of ${counted(epoch, "epoch")}, epoch ${best?.epoch} was the best: the validation loss fell from ${before.loss.toFixed(4)} to ${loss.toFixed(4)}`
      : `fine-tuning did not help: no validation loss was below ${before.loss.toFixed(4)}, so the pretrained net stays as it was`,
  );
  screen.event("best", { ...best, reason, finetuned: isBetter });
}

/** The penalty and how it was chosen. */
export function choiceWords({ penalty, folds }: Choice): string {
  if (folds === null) return `${short(penalty)}, since a picture of each class is too few to choose it by`;
  return `${short(penalty)}, chosen by ${folds === 0 ? "the validation pictures" : `cross-validation, ${counted(folds, "fold")}`}`;
}
