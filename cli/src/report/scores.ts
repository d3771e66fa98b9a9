// Computes everything that the page says about classes from the confusion matrix, by chainrule/train's classReport.
import { classReport } from "chainrule/train";

export type Confusion = readonly (readonly number[])[];

export interface ClassScore {
  readonly index: number;
  /** The number of pictures of this class. */
  readonly support: number;
  /** 0 … 1; null where it would be 0/0: the net never answers this class, or there are no pictures of it, or both. */
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
}

export interface Mixup {
  readonly truth: number;
  readonly answer: number;
  readonly count: number;
  /** The share of the pictures of class `truth`. */
  readonly share: number;
}

export interface Unlearned {
  readonly index: number;
  readonly support: number;
  /** Whether the net answers this class at all, for pictures of other classes. */
  readonly answered: boolean;
  /** The class that its pictures are most often taken for. */
  readonly takenFor: number;
}

export interface Scores {
  readonly pictures: number;
  readonly right: number;
  readonly accuracy: number;
  /** The accuracy of always answering the commonest class. */
  readonly guessing: number;
  readonly classes: readonly ClassScore[];
  /** Sorted by count, the commonest first. */
  readonly mixups: readonly Mixup[];
  /** Classes of which no picture was recognised, those with the most pictures first. */
  readonly unlearned: readonly Unlearned[];
  /** The mean over the classes, each with the same weight. */
  readonly macroF1: number;
}

export function scores(confusion: Confusion): Scores {
  const report = classReport(confusion);
  const { support: pictures, f1: macroF1 } = report.macro;
  const classes = report.classes.map(({ precision, recall, f1, support }, index): ClassScore => {
    const said = confusion.some((row) => row[index] > 0);
    return {
      index,
      support,
      precision: said ? precision : null,
      recall: support > 0 ? recall : null,
      f1: said || support > 0 ? f1 : null,
    };
  });
  const mixups = confusion.flatMap((row, truth) =>
    row.flatMap((count, answer) =>
      count > 0 && answer !== truth ? [{ truth, answer, count, share: count / classes[truth].support }] : [],
    ),
  );
  return {
    pictures,
    right: confusion.reduce((sum, row, i) => sum + row[i], 0),
    accuracy: report.accuracy,
    guessing: pictures === 0 ? 0 : Math.max(...classes.map(({ support }) => support)) / pictures,
    classes,
    unlearned: classes
      .filter(({ support, recall }) => support > 0 && recall === 0)
      .map(unlearnedOf(confusion))
      .sort((a, b) => b.support - a.support || a.index - b.index),
    mixups: mixups.sort((a, b) => b.count - a.count || b.share - a.share || a.truth - b.truth || a.answer - b.answer),
    macroF1,
  };
}

const unlearnedOf =
  (confusion: Confusion) =>
  ({ index, support, precision }: ClassScore): Unlearned => {
    const row = confusion[index];
    return {
      index,
      support,
      answered: precision !== null,
      takenFor: row.indexOf(row.reduce((a, b) => Math.max(a, b))),
    };
  };

/** How a net compares with always answering the class that is commonest among the test pictures. */
export interface Comparison {
  readonly standing: Standing;
  /** The share of that answer's mistakes that the net avoids: 1 without mistakes, 0 and less where it is no better. */
  readonly avoided: number;
}

/**
 * all: every picture is right. one class: the pictures are all of one class. no better: than the commonest class. unclear: it may be
 * better by chance. hardly: it avoids less than a tenth of the mistakes. better: all others.
 */
export type Standing = "no pictures" | "all" | "one class" | "no better" | "unclear" | "hardly" | "better";

export function compare({ right, pictures, accuracy, guessing }: Scores): Comparison {
  const avoided = guessing < 1 ? (accuracy - guessing) / (1 - guessing) : 0;
  const comparison = (standing: Standing): Comparison => ({ standing, avoided });
  if (pictures === 0) return comparison("no pictures");
  if (right === pictures) return { standing: "all", avoided: 1 };
  if (guessing === 1) return comparison("one class");
  if (accuracy <= guessing) return comparison("no better");
  if (interval(right, pictures)[0] <= guessing) return comparison("unclear");
  return comparison(avoided < 0.1 && accuracy < 2 * guessing ? "hardly" : "better");
}

/** The accuracy on fewer test pictures says little about other pictures, so the interval is shown with it. */
export const fewPictures = 30;

/** Wilson's 95 % interval for the true accuracy, if these pictures are a random sample. */
export function interval(right: number, pictures: number): readonly [low: number, high: number] {
  const z = 1.96;
  const p = right / pictures;
  const scale = 1 + z ** 2 / pictures;
  const middle = (p + z ** 2 / (2 * pictures)) / scale;
  const half = (z / scale) * Math.sqrt((p * (1 - p)) / pictures + z ** 2 / (4 * pictures ** 2));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
