import type { Description } from "chainrule/model";
import type { DoneEvent, StartEvent, StoppedEvent } from "chainrule/train";
import type { Data, Pictures } from "../data-set.ts";
import type { Replaced } from "../evaluate/test-record.ts";
import type { Interrupt } from "../interrupt.ts";
import { countsOf } from "../pictures/aside.ts";
import type { Screen } from "../terminal/screen.ts";
import { counted, short, thousands } from "../wording.ts";
import { changesInWords, mirrored } from "./augmentation.ts";
import type { Decision } from "./mirroring.ts";
import type { Plan } from "./plan.ts";

export interface Outcome {
  readonly screen: Screen;
  readonly plan: Plan;
  readonly description: Description;
  readonly data: Data<Pictures>;
  /** The data argument, as it was typed. */
  readonly word: string;
  /** The command that goes on with the training in this file. */
  readonly resumeBy: (file: string) => string;
  readonly out: string;
  readonly interrupt: Interrupt;
  /** Whether pictures are mirrored; null where an option said it, or the file that is resumed. */
  readonly mirroring: Decision | null;
  /** The model that will be replaced; null where there is none. */
  readonly replaced: Replaced | null;
}

export const onThreads = (threads: number): string => (threads === 1 ? "one thread" : `${threads} threads`);

export function announce(
  { screen, plan, description, data, out, mirroring, replaced }: Outcome,
  { parameters, done, rate }: StartEvent,
  { threads, computer }: { readonly threads: number; readonly computer: string },
): void {
  const [, height, width] = description.input;
  const { model, epochs, batchSize, lr, seed, patience, augment } = plan;
  const [seen, unseen] = [data.train.labels.size, data.test.labels.size];
  const validation = data.validation?.labels.size ?? 0;
  screen.say(
    `${data.name}: ${counted(seen, "picture")} to learn from, ${validation > 0 ? `${thousands(validation)} for validation, ` : ""}` +
      `${thousands(unseen)} to test, ${width}×${height}, ${description.classes.length} classes`,
  );
  screen.say(
    `${model} with ${thousands(parameters)} parameters; epochs ${epochs}, batch size ${batchSize}, ` +
      `learning rate ${lr} falling to 0, seed ${seed}; on ${computer}`,
  );
  // With as many epochs as the patience no training ends early.
  if (patience !== null && patience < epochs)
    screen.say(
      `training ends early after ${patience === 1 ? "one epoch" : `${patience} epochs in a row`} without a lower validation loss`,
    );
  // Where a trial decided about mirroring, a line of its own says so.
  const changes = mirroring === null ? augment : mirrored(augment, false);
  if (changes !== null)
    screen.say(`each time a picture is used it is ${changesInWords(changes)} (--no-augment switches this off)`);
  if (mirroring !== null) screen.say(mirroring.words);
  if (done.steps > 0) screen.say(`the training goes on after ${doneWords(done)}`);
  if (rate.last !== null && rate.jumps)
    screen.say(
      `the learning rate jumps from ${short(rate.last)} in the last step to ${short(rate.next)}, because it now falls to 0 over ${epochs} epochs; ` +
        `the accuracy may drop before it rises again. For a rate that falls evenly, start a new training with --epochs ${epochs}`,
    );
  screen.event("start", {
    data: data.name,
    train: seen,
    test: unseen,
    validationPictures: validation,
    classes: description.classes,
    classPictures: {
      train: countsOf(data.train),
      validation: data.validation === null ? null : countsOf(data.validation),
      test: countsOf(data.test),
    },
    parameters,
    ...plan,
    mirroring: mirroring?.trial ?? null,
    threads,
    out,
    replaces: replaced === null ? null : { date: replaced.date, testAccuracy: replaced.test?.accuracy ?? null },
    ...(rate.last === null ? {} : { resumedRate: rate }),
  });
}

/** "epoch 2", "1,280 pictures of epoch 3" */
function doneWords({ epochs, pictures }: StartEvent["done"]): string {
  return pictures === 0 ? `epoch ${epochs}` : `${counted(pictures, "picture")} of epoch ${epochs + 1}`;
}

/** Says where a training was stopped, and how it goes on. */
export function tellStopped(
  { screen, resumeBy, out }: Pick<Outcome, "screen" | "resumeBy" | "out">,
  { epoch, pictures }: StoppedEvent,
): void {
  const resume = resumeBy(out);
  screen.say(
    `stopped in epoch ${epoch} after ${counted(pictures, "picture")}, and saved to ${out}; to go on: ${resume}`,
  );
  screen.event("interrupted", { epoch, pictures, model: out, resume });
}

export function tellEnd(outcome: Outcome, end: DoneEvent | StoppedEvent): void {
  if (end.type === "stopped") {
    tellStopped(outcome, end);
    return;
  }
  const { screen, plan, data, out } = outcome;
  const { best, reason, epoch } = end;
  if (best !== null) {
    const early =
      reason === "patience"
        ? `${plan.patience === 1 ? "one epoch" : `${plan.patience} epochs`} had no lower validation loss, so training ends early; `
        : "";
    if (epoch > 1)
      screen.say(`${early}of ${epoch} epochs, epoch ${best.epoch} was the best; the model has its weights`);
    screen.event("best", { ...best, reason });
  }
  screen.say(`the model is saved in ${out}; now it is tested on ${counted(data.test.labels.size, "picture")}`);
}
