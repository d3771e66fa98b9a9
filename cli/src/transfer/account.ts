// The text and the events about a training that begins with a pretrained net.
import type { Data, Pictures } from "../data.ts";
import { countsOf } from "../pictures/aside.ts";
import type { Screen } from "../terminal/screen.ts";
import type { Job } from "../train/preparing.ts";
import { counted, percent, short, thousands } from "../wording.ts";
import { type Backbone, nothing } from "./backbone.ts";
import { type Choice, type Head, isUneven } from "./head.ts";

export function announceTransfer({
  job: { screen, intent, out, replaced },
  backbone,
  data,
  threads,
}: {
  readonly job: Job;
  readonly backbone: Backbone;
  readonly data: Data<Pictures>;
  readonly threads: number;
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
  screen.say(
    `a linear classifier is fitted to the features of ${name} (${origin}; ${thousands(parameters)} parameters, which stay as they are); ` +
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

/** The penalty and how it was chosen. */
export function choiceWords({ penalty, folds }: Choice): string {
  if (folds === null) return `${short(penalty)}, since a picture of each class is too few to choose it by`;
  return `${short(penalty)}, chosen by ${folds === 0 ? "the validation pictures" : `cross-validation, ${counted(folds, "fold")}`}`;
}
