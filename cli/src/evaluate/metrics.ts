// The figures of a test beside its accuracy, as records for programs and as lines for people. Their definitions are scikit-learn's.
import type { Dataset } from "chainrule/data";
import {
  balancedAccuracy,
  calibrationError,
  classReport,
  type Evaluation,
  logLoss,
  type Scores,
  topKAccuracy,
} from "chainrule/train";
import { BadInput } from "../failure.ts";
import { interval } from "../report/scores.ts";
import { percent } from "../wording.ts";

type Means = Omit<Scores, "support">;

export interface ClassMetrics extends Scores {
  readonly class: string;
}

/** All from 0 to 1 but the log loss. */
export interface Metrics {
  /** Wilson's 95 % interval of the accuracy. */
  readonly accuracyInterval: readonly [low: number, high: number];
  /** The mean recall of the classes that have pictures. */
  readonly balancedAccuracy: number;
  /** Means over the classes: each with the same weight, or each with that of its pictures. */
  readonly macro: Means;
  readonly weighted: Means;
  /** null where there are too few classes. */
  readonly topK: { readonly k: number; readonly accuracy: number } | null;
  /** null where the net gives numbers that are no probabilities (NaN). */
  readonly logLoss: number | null;
  /** The expected calibration error, in 15 bins, and the mean probability of the answers; null as above. */
  readonly calibrationError: number | null;
  readonly meanProbability: number | null;
  readonly perClass: readonly ClassMetrics[];
}

/** The k of top-k accuracy where none is asked for; with fewer classes there is none. */
const defaultTop = 5;

/** Throws BadInput where the answers cannot hold so many classes. */
export function checkTop(top: number | undefined, classes: number): void {
  if (top !== undefined && top > classes)
    throw new BadInput(`--top ${top}: the model has ${classes} classes; give a number from 1 to ${classes}`);
}

export function metricsOf(
  { labels, classes }: Pick<Dataset, "labels" | "classes">,
  {
    confusion,
    scores,
    accuracy,
    probabilities,
  }: Pick<Evaluation, "confusion" | "scores" | "accuracy" | "probabilities">,
  top?: number,
): Metrics {
  const { classes: each, macro, weighted } = classReport(confusion, classes);
  const k = top ?? (classes.length > defaultTop ? defaultTop : null);
  const means = ({ precision, recall, f1 }: Scores): Means => ({ precision, recall, f1 });
  const pictures = labels.size;
  const areProbabilities = scores.data.every((score) => score >= 0 && score <= 1);
  return {
    accuracyInterval: interval(Math.round(accuracy * pictures), pictures),
    balancedAccuracy: balancedAccuracy(confusion),
    macro: means(macro),
    weighted: means(weighted),
    topK: k === null ? null : { k, accuracy: topKAccuracy(scores, labels, k) },
    logLoss: areProbabilities ? logLoss(scores, labels) : null,
    calibrationError: areProbabilities ? calibrationError(scores, labels) : null,
    meanProbability: areProbabilities ? probabilities.reduce((sum, one) => sum + one, 0) / pictures : null,
    perClass: each.map(({ name, ...own }) => ({ class: name, ...own })),
  };
}

/** "the right class is among the 3 likeliest for 95.74 %" */
export const topWords = ({ k, accuracy }: NonNullable<Metrics["topK"]>): string =>
  k === 1
    ? `the right class is the likeliest for ${percent(accuracy)}`
    : `the right class is among the ${k} likeliest for ${percent(accuracy)}`;

type Row = readonly [name: string, value: string];

/** A figure a line. */
export function metricLines(accuracy: number, metrics: Metrics): string[] {
  const { accuracyInterval, macro, weighted, topK } = metrics;
  const [low, high] = accuracyInterval.map(percent);
  const three = ({ precision, recall, f1 }: Means) =>
    `precision ${percent(precision)}, recall ${percent(recall)}, F1 ${percent(f1)}`;
  const rows: readonly Row[] = [
    ["accuracy", `${percent(accuracy)}, with 95 % confidence ${low} to ${high}`],
    ["balanced accuracy", percent(metrics.balancedAccuracy)],
    ["macro mean", three(macro)],
    ["weighted mean", three(weighted)],
    ...(topK === null ? [] : [[`top-${topK.k} accuracy`, percent(topK.accuracy)] as const]),
    ...probabilityRows(accuracy, metrics),
  ];
  const margin = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padStart(margin)}  ${value}`);
}

function probabilityRows(accuracy: number, { logLoss, calibrationError, meanProbability }: Metrics): Row[] {
  if (logLoss === null || calibrationError === null || meanProbability === null) return [];
  const sure = meanProbability > accuracy ? "more than the part that is right" : "less than the part that is right";
  return [
    ["log loss", logLoss.toPrecision(4)],
    [
      "calibration error",
      `${percent(calibrationError)}; the probability of its answers is ${percent(meanProbability)} in the mean, ${sure}`,
    ],
  ];
}
