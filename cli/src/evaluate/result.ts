// The result of a test, in text and as an event: the accuracy, a verdict in words, the confusion matrix, pictures and mistakes.
import type { Dataset } from "chainrule/data";
import type { Description } from "chainrule/model";
import type { Evaluation } from "chainrule/train";
import type { Excerpt } from "../pictures/excerpt.ts";
import { coloursOf } from "../terminal/colours.ts";
import { drawAnswers, drawConfusion } from "../terminal/drawing.ts";
import type { Screen } from "../terminal/screen.ts";
import { percent } from "../wording.ts";
import { classLines } from "./class-lines.ts";
import { metricLines, metricsOf, topWords } from "./metrics.ts";
import { mistakeLines, mistakesOf } from "./mistakes.ts";
import { maxMatrixClasses, verdict } from "./verdict.ts";

export interface Tested {
  readonly screen: Screen;
  readonly test: Dataset | Excerpt;
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
  /** Whether all figures are shown to people, and the table of the classes. */
  readonly metrics?: boolean;
  /** The k of top-k accuracy, where one is asked for. */
  readonly top?: number | undefined;
}

export function tellTest(tested: Tested, evaluation: Evaluation): void {
  const { screen, test, files, description, inWords, notes, shown, listed, top } = tested;
  const { accuracy, loss, confusion } = evaluation;
  const { classes } = description;
  const hasMatrix = classes.length <= maxMatrixClasses;
  const data = { ...test, classes };
  const metrics = metricsOf(data, evaluation, top);
  screen.say(`test accuracy ${percent(accuracy)}`);
  if (top !== undefined && metrics.topK !== null) screen.say(topWords(metrics.topK));
  for (const note of notes) if (note !== null) screen.say(note);
  if (inWords || !hasMatrix) for (const line of verdict(evaluation, classes)) screen.say(line);
  screen.say();
  if (hasMatrix) {
    screen.say(drawConfusion(confusion, classes));
    screen.say();
  }
  if (tested.metrics)
    for (const line of [...metricLines(accuracy, metrics), "", ...classLines(metrics.perClass), ""]) screen.say(line);
  const { words } = screen;
  const columns = (words.isTTY && words.columns) || 100;
  const drawn = drawAnswers(data, evaluation, { colours: coloursOf(words), columns, files });
  if (drawn !== "") screen.draw(drawn);
  const mistakes = mistakesOf(data, evaluation, files);
  if (files !== null) for (const line of mistakeLines(mistakes, shown)) screen.say(line);
  screen.event("test", { accuracy, loss, classes, confusion, mistakes: mistakes.slice(0, listed), metrics });
}
