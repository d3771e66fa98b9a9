// evaluate --csv: the answers of a test as the table of predict --csv, with the true class of each picture.
import type { Dataset } from "chainrule/data";
import type { Evaluation } from "chainrule/train";
import { ranked } from "../predict/answers.ts";
import { CsvTable } from "../predict/csv.ts";
import type { Screen } from "../terminal/screen.ts";

export interface AnswersWanted {
  readonly screen: Screen;
  readonly test: Pick<Dataset, "labels" | "classes">;
  /** The path of each picture; null for IDX files, whose pictures are called by their numbers. */
  readonly files: readonly string[] | null;
  readonly evaluation: Pick<Evaluation, "scores">;
  readonly top: number | undefined;
}

/** Writes the table, and says what was written. Throws BadInput where it cannot be. */
export async function writeAnswers(
  file: string,
  { screen, test, files, evaluation, top }: AnswersWanted,
): Promise<string> {
  const { classes, labels } = test;
  const table = await CsvTable.open({ file, classes, top, count: labels.size, truth: true });
  const scores = evaluation.scores.data as Float32Array;
  for (const [n, truth] of labels.data.entries()) {
    const probabilities = scores.subarray(n * classes.length, (n + 1) * classes.length);
    await table.take({ image: files?.[n] ?? `picture ${n}`, probabilities, order: ranked({ probabilities }), truth });
  }
  return table.finish(screen);
}
