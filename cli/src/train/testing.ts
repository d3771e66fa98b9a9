// The end of a training: the test, its record in the model file, and the report.
import type { Sequential } from "chainrule";
import { judge } from "../evaluate/evaluation.ts";
import { tellTest } from "../evaluate/result.ts";
import { comparisonWords, type Replaced, type TestRecord } from "../evaluate/test-record.ts";
import { GaveUp } from "../failure.ts";
import { accuracyWithout, type Copies, copiesWords, examples } from "../pictures/copy-notes.ts";
import { shownOf } from "../pictures/excerpt.ts";
import { fingerprintOf } from "../pictures/shape.ts";
import { isReaderGone } from "../terminal/output.ts";
import { commandLine } from "../terminal/screen.ts";
import type { Outcome } from "./account.ts";
import { type Course, report, type Told } from "./recorder.ts";

export interface Trained {
  readonly net: Sequential;
  readonly recorder: Course;
  /** What the report tells about the training. */
  readonly told: Told;
  /** Finds the copies; streamed pictures are compared after they were read. */
  readonly copies: () => Promise<Copies>;
  /** The model that was replaced; null where there was none. */
  readonly replaced: Replaced | null;
  /** Writes the model file again, with the record of its test. */
  readonly save: (test: TestRecord) => Promise<void>;
  /** The start of the command, in milliseconds of performance.now(). */
  readonly began: number;
  /** The file of the report; undefined where none was asked for. */
  readonly page: string | undefined;
}

type Tested = Pick<Outcome, "screen" | "description" | "data" | "word" | "out" | "interrupt">;

/** Tests the trained net and writes the report; returns the exit code. */
export async function test(run: Tested, trained: Trained): Promise<number> {
  const { screen, description, data, out, interrupt } = run;
  const { net, recorder, told, replaced, began, page } = trained;
  const testBegan = performance.now();
  const evaluation = await judge({ net, description }, data.test, interrupt.signal);
  if (evaluation === null) return gaveUp(run);
  const copies = await trained.copies().catch((error: unknown) => {
    if (error instanceof GaveUp) return null;
    throw error;
  });
  if (copies === null) return gaveUp(run);
  const seconds = { test: (performance.now() - testBegan) / 1000, total: (performance.now() - began) / 1000 };
  const record: TestRecord = {
    accuracy: evaluation.accuracy,
    pictures: data.test.labels.size,
    fingerprint: fingerprintOf(data.test),
    copies: copies.test.length,
    withoutCopies: accuracyWithout(copies.test, evaluation, data.test.labels.data),
  };
  await trained.save(record);
  const files = data.files === null ? null : data.files.test;
  const example = examples(copies.test, data.files === null ? null : [data.files.test, data.files.train]);
  const inWords = data.folder !== null;
  const notes = [copiesWords(record, example), replaced === null ? null : comparisonWords(replaced, record)];
  const shown = await shownOf(data.test, evaluation);
  tellTest({ screen, test: shown, files, description, inWords, notes, shown: 5, listed: undefined }, evaluation);
  if (page !== undefined) {
    await report(page, recorder, {
      told,
      description,
      net,
      data,
      shown,
      evaluation,
      copies: copiesWords(record),
      seconds,
    });
    screen.say(`the report is in ${page}; open it in a browser`);
  }
  screen.say(`try it on a picture: ${commandLine(["predict", out, "PICTURE.png"])}`);
  screen.event("done", { testAccuracy: evaluation.accuracy, seconds: (performance.now() - began) / 1000, model: out });
  return 0;
}

function gaveUp({ screen, word, out, interrupt }: Pick<Outcome, "screen" | "word" | "out" | "interrupt">): number {
  if (isReaderGone()) return 0;
  screen.say(`stopped before the test; to run it: ${commandLine(["evaluate", out, word])}`);
  return interrupt.exitCode;
}
