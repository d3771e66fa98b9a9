// train --folds: cross-validation. The pictures to learn from are divided into folds; for each fold a net learns from all others and is
// asked about it, so that each picture is answered once, by a net that has not seen it. The test pictures take no part.
import type { Dataset } from "chainrule/data";
import type { Evaluation } from "chainrule/train";
import { classLines } from "../evaluate/class-lines.ts";
import { metricsOf } from "../evaluate/metrics.ts";
import { mistakeLines, mistakesOf } from "../evaluate/mistakes.ts";
import { maxMatrixClasses } from "../evaluate/verdict.ts";
import { evaluationOf } from "../evaluate/whole-batches.ts";
import { GaveUp } from "../failure.ts";
import type { Part } from "../pictures/aside.ts";
import { drawConfusion } from "../terminal/drawing.ts";
import type { Screen } from "../terminal/screen.ts";
import { counted, percent, thousands } from "../wording.ts";
import { assignFolds, checkCount, originalsOf } from "./assign.ts";

export interface Fold {
  /** From 0, and the number of all. */
  readonly fold: number;
  readonly folds: number;
  /** The indices of the pictures to learn from, and of those that are asked about. */
  readonly learned: readonly number[];
  readonly held: readonly number[];
}

/**
 * Learns from a fold's pictures and gives the probabilities of all classes for those that were held out, [held, classes], in their order.
 * Throws GaveUp where the user stopped it.
 */
export type Learn = (fold: Fold) => Promise<Float32Array>;

export interface CrossValidation {
  readonly screen: Screen;
  /** All pictures to learn from, those for validation included. */
  readonly pool: Part;
  readonly folds: number;
  readonly seed: number;
  readonly learn: Learn;
}

/** Mistakes that are listed. */
const shownMistakes = 10;

/** Runs all folds and tells their result. Throws BadInput where there are fewer pictures than folds, and GaveUp where the user stopped it. */
export async function crossValidate({ screen, pool, folds, seed, learn }: CrossValidation): Promise<void> {
  const { data } = pool;
  const originals = originalsOf(data);
  checkCount(folds, originals);
  announce(screen, data, { folds, originals });
  const labels = Int32Array.from(data.labels.data);
  const foldOf = assignFolds(labels, { folds, seed, originals });
  const indices = [...labels.keys()];
  const scores = new Float32Array(labels.length * data.classes.length);
  const accuracies: number[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const began = performance.now();
    const held = indices.filter((n) => foldOf[n] === fold);
    const learned = indices.filter((n) => foldOf[n] !== fold);
    const found = await learn({ fold, folds, held, learned }).catch((error: unknown) => {
      if (error instanceof GaveUp) screen.say(`stopped in fold ${fold + 1} of ${folds}`);
      throw error;
    });
    const accuracy = shareRight(found, held, labels);
    accuracies.push(accuracy);
    const size = data.classes.length;
    for (const [at, n] of held.entries()) scores.set(found.subarray(at * size, (at + 1) * size), n * size);
    const seconds = (performance.now() - began) / 1000;
    screen.say(
      `fold ${fold + 1} of ${folds}: recognises ${percent(accuracy)} of ${counted(held.length, "picture")} (${seconds.toFixed(1)} s)`,
    );
    screen.event("fold", { fold: fold + 1, folds, pictures: held.length, accuracy, seconds });
  }
  tell(screen, pool, { accuracies, evaluation: evaluationOf(data, scores) });
}

/** Ends a command that was asked for no model; returns the exit code. */
export function withoutModel(screen: Screen, began: number): number {
  screen.say("no model is trained, as --no-final asks for");
  screen.event("done", { seconds: (performance.now() - began) / 1000, model: null });
  return 0;
}

function announce(
  screen: Screen,
  { labels, classes }: Dataset,
  { folds, originals }: { readonly folds: number; readonly originals: Int32Array },
): void {
  const copies = originals.filter((original, n) => original !== n).length;
  const together =
    copies === 0 ? "" : `; ${counted(copies, "exact copy stays", "exact copies stay")} with the original`;
  screen.say(
    `cross-validation in ${folds} folds of the ${counted(labels.size, "picture")} to learn from, without those to test${together}`,
  );
  const groups = new Array<number>(classes.length).fill(0);
  for (const [n, original] of originals.entries()) if (original === n) groups[labels.data[n]]++;
  const single = classes.filter((_, label) => groups[label] === 1);
  if (single.length > 0)
    screen.say(
      `${single.length === 1 ? "one class has" : `${single.length} classes have`} a single picture, such as ${JSON.stringify(single[0])}: the net that is asked about it has learned nothing of its class`,
    );
}

/** The part of the pictures whose likeliest class is their own. */
function shareRight(scores: Float32Array, held: readonly number[], labels: Int32Array): number {
  const classes = scores.length / held.length;
  const right = held.filter((n, at) => {
    const row = scores.subarray(at * classes, (at + 1) * classes);
    return row.indexOf(Math.max(...row)) === labels[n];
  });
  return right.length / held.length;
}

/** The mean, and the standard deviation of a sample, with n - 1 in the divisor. */
export function spreadOf(values: readonly number[]): { readonly mean: number; readonly sd: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / (values.length - 1)) };
}

function tell(
  screen: Screen,
  { data, files }: Part,
  { accuracies, evaluation }: { readonly accuracies: readonly number[]; readonly evaluation: Pooled },
): void {
  const { mean, sd } = spreadOf(accuracies);
  const { classes } = data;
  const { accuracy, confusion } = evaluation;
  const right = confusion.reduce((sum, row, n) => sum + row[n], 0);
  screen.say(
    `${accuracies.length} folds: ${percent(mean)} ± ${percent(sd)} (mean and standard deviation); it recognises ${thousands(right)} of all ${counted(data.labels.size, "picture")} (${percent(accuracy)})`,
  );
  screen.say();
  if (classes.length <= maxMatrixClasses) screen.say(`${drawConfusion(confusion, classes)}\n`);
  const metrics = metricsOf(data, evaluation);
  for (const line of classLines(metrics.perClass)) screen.say(line);
  screen.say();
  const mistakes = mistakesOf(data, evaluation, files);
  if (files !== null) for (const line of mistakeLines(mistakes, shownMistakes)) screen.say(line);
  screen.event("folds", { accuracies, mean, sd, accuracy, classes, confusion, mistakes, metrics });
}

type Pooled = Pick<Evaluation, "accuracy" | "confusion" | "answers" | "probabilities" | "scores">;
