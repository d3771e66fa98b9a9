// What is said of a training: what it is about to do, how it ended, and what came out of it.
import type { Dataset } from "chainrule/data";
import type { Description } from "chainrule/model";
import type { DoneEvent, Evaluation, StartEvent, StoppedEvent } from "chainrule/train";
import type { Data } from "./data.ts";
import { drawAnswers, drawConfusion } from "./drawing.ts";
import type { Interrupt } from "./interrupt.ts";
import type { Plan } from "./plan.ts";
import { commandLine, percent, type Screen, thousands } from "./screen.ts";
import { mostShown, verdict } from "./verdict.ts";

export interface Outcome {
  readonly screen: Screen;
  readonly plan: Plan;
  readonly description: Description;
  readonly data: Data;
  /** The data's, as it was typed. */
  readonly word: string;
  readonly out: string;
  readonly interrupt: Interrupt;
}

const short = (rate: number): string => String(Number(rate.toPrecision(3)));

export function announce(
  { screen, plan, description, data, out }: Outcome,
  { parameters, done, rate }: StartEvent,
  threads: number,
): void {
  const [, height, width] = description.input;
  const { model, epochs, batchSize, lr, seed, patience, augment } = plan;
  const [seen, unseen] = [data.train.labels.size, data.test.labels.size];
  const validation = data.validation?.labels.size ?? 0;
  screen.say(
    `${data.name}: ${thousands(seen)} pictures to learn from, ${validation > 0 ? `${thousands(validation)} for validation, ` : ""}` +
      `${thousands(unseen)} to test, ${width}×${height}, ${description.classes.length} classes`,
  );
  screen.say(
    `${model} with ${thousands(parameters)} parameters; epochs ${epochs}, batch size ${batchSize}, ` +
      `learning rate ${lr} falling to 0, seed ${seed}; on ${threads === 1 ? "one thread" : `${threads} threads`}`,
  );
  if (patience !== null) screen.say(`it ends early when ${patience} epochs go by that are no better in validation`);
  if (augment !== null)
    screen.say(
      `each time it is seen a picture is moved, turned and cut a little${augment.flip ? ", and mirrored or not" : ""} (--no-augment: not)`,
    );
  if (done.steps > 0)
    screen.say(`resumed after epoch ${done.epochs} and ${thousands(done.pictures)} pictures of the next`);
  if (rate.last !== null && rate.jumps)
    screen.say(
      `the learning rate jumps from ${short(rate.last)} in the last step to ${short(rate.next)}, for it now falls to 0 over ${epochs} epochs; ` +
        `what was learned may get worse before it gets better. Where it is to fall evenly, train anew with --epochs ${epochs}`,
    );
  screen.event("start", {
    ...{ data: data.name, train: seen, test: unseen, validationPictures: validation },
    ...{ classes: description.classes, parameters, ...plan, threads, out },
    ...(rate.last === null ? {} : { resumedRate: rate }),
  });
}

export function tellEnd({ screen, plan, data, word, out }: Outcome, end: DoneEvent | StoppedEvent): void {
  if (end.type === "stopped") {
    const resume = commandLine(["train", word, "--resume", out]);
    const { epoch, pictures } = end;
    screen.say(
      `stopped in epoch ${epoch} after ${thousands(pictures)} pictures and saved to ${out}; to go on: ${resume}`,
    );
    screen.event("interrupted", { epoch, pictures, model: out, resume });
    return;
  }
  const { best, reason, epoch } = end;
  if (best !== null) {
    const early = reason === "patience" ? `${plan.patience} epochs were no better, so that it ends early; ` : "";
    screen.say(`${early}of ${epoch} epochs the best is ${best.epoch}, whose weights are kept`);
    screen.event("best", { ...best, reason });
  }
  screen.say(
    `the model is in ${out}; now the ${thousands(data.test.labels.size)} test pictures, which it has never seen`,
  );
}

export interface Tested {
  readonly screen: Screen;
  readonly test: Dataset;
  readonly description: Description;
  /** For pictures of one's own: what the figures mean. */
  readonly inWords: boolean;
}

export function tellTest({ screen, test, description, inWords }: Tested, evaluation: Evaluation): void {
  const { accuracy, loss, confusion } = evaluation;
  const { classes } = description;
  screen.say(`test accuracy ${percent(accuracy)}`);
  if (inWords) for (const line of verdict(evaluation, classes)) screen.say(line);
  screen.say();
  if (classes.length <= mostShown) {
    screen.say(drawConfusion(confusion, classes));
    screen.say();
  }
  screen.say(drawAnswers({ ...test, classes }, evaluation, screen.words));
  screen.event("test", { accuracy, loss, confusion });
}
