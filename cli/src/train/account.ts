// The text and the events about a training: its settings at the start, how it ended, and the result of the test.
import type { Dataset } from "chainrule/data";
import type { Description } from "chainrule/model";
import type { DoneEvent, Evaluation, StartEvent, StoppedEvent } from "chainrule/train";
import type { Data } from "../data.ts";
import { mistakeLines, mistakesOf } from "../evaluate/mistakes.ts";
import type { Replaced } from "../evaluate/test-record.ts";
import { maxMatrixClasses, verdict } from "../evaluate/verdict.ts";
import type { Interrupt } from "../interrupt.ts";
import { countsOf } from "../pictures/aside.ts";
import { coloursOf } from "../terminal/colours.ts";
import { drawAnswers, drawConfusion } from "../terminal/drawing.ts";
import { commandLine, type Screen } from "../terminal/screen.ts";
import { percent, short, thousands } from "../wording.ts";
import { changesInWords } from "./augmentation.ts";
import type { Decision } from "./mirroring.ts";
import type { Plan } from "./plan.ts";

export interface Outcome {
  readonly screen: Screen;
  readonly plan: Plan;
  readonly description: Description;
  readonly data: Data;
  /** The data argument, as it was typed. */
  readonly word: string;
  readonly out: string;
  readonly interrupt: Interrupt;
  /** Whether pictures are mirrored; null where an option said it, or the file that is resumed. */
  readonly mirroring: Decision | null;
  /** The model that will be replaced; null where there is none. */
  readonly replaced: Replaced | null;
}

export function announce(
  { screen, plan, description, data, out, mirroring, replaced }: Outcome,
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
  if (patience !== null)
    screen.say(`training ends early after ${patience} epochs in a row without a lower validation loss`);
  if (augment !== null)
    screen.say(`each time a picture is used it is ${changesInWords(augment)} (--no-augment switches this off)`);
  if (mirroring !== null) screen.say(mirroring.words);
  if (done.steps > 0)
    screen.say(`resumed after epoch ${done.epochs} and ${thousands(done.pictures)} pictures of the next`);
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
    const early =
      reason === "patience" ? `${plan.patience} epochs had no lower validation loss, so training ends early; ` : "";
    screen.say(`${early}of ${epoch} epochs, epoch ${best.epoch} was the best; the model has its weights`);
    screen.event("best", { ...best, reason });
  }
  screen.say(`the model is saved in ${out}; now it is tested with ${thousands(data.test.labels.size)} test pictures`);
}

export interface Tested {
  readonly screen: Screen;
  readonly test: Dataset;
  /** The path of each test picture; null for IDX files. */
  readonly files: readonly string[] | null;
  readonly description: Description;
  /** Whether to say in words what the figures mean; for the user's own pictures. */
  readonly inWords: boolean;
  /** Sentences about the figure, null for none. */
  readonly notes: readonly (string | null)[];
  /** The number of mistakes that are listed for people, where the pictures have files. */
  readonly shown: number;
  /** The number that is listed for programs; undefined for all. */
  readonly listed: number | undefined;
}

export function tellTest(tested: Tested, evaluation: Evaluation): void {
  const { screen, test, files, description, inWords, notes, shown, listed } = tested;
  const { accuracy, loss, confusion } = evaluation;
  const { classes } = description;
  const hasMatrix = classes.length <= maxMatrixClasses;
  screen.say(`test accuracy ${percent(accuracy)}`);
  for (const note of notes) if (note !== null) screen.say(note);
  if (inWords || !hasMatrix) for (const line of verdict(evaluation, classes)) screen.say(line);
  screen.say();
  if (hasMatrix) {
    screen.say(drawConfusion(confusion, classes));
    screen.say();
  }
  const data = { ...test, classes };
  const { words } = screen;
  const columns = (words.isTTY && words.columns) || 100;
  const drawn = drawAnswers(data, evaluation, { colours: coloursOf(words), columns, files });
  if (drawn !== "") screen.say(drawn);
  const mistakes = mistakesOf(data, evaluation, files);
  if (files !== null) for (const line of mistakeLines(mistakes, shown)) screen.say(line);
  screen.event("test", { accuracy, loss, classes, confusion, mistakes: mistakes.slice(0, listed) });
}
