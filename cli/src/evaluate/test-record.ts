// The result of the test in a model file, and what is said of a model that a training replaces.
import { existsSync, statSync } from "node:fs";
import { BadInput } from "../failure.ts";
import { loadModel } from "../model-file.ts";
import { isCount, isRecord } from "../records.ts";
import { percent } from "../wording.ts";

/** As a model file records it, beside its plan and its position. */
export interface TestRecord {
  /** 0 … 1 */
  readonly accuracy: number;
  readonly pictures: number;
  /** The fingerprint of the test pictures: figures of equal ones can be compared. */
  readonly fingerprint: string;
  /** The number of test pictures that are exact copies of training pictures, and the accuracy without them; null where none is left. */
  readonly copies: number;
  readonly withoutCopies: number | null;
}

/** The record in a file's metadata; null where it has none, as the files of interrupted trainings and of older versions. */
export function testRecordOf(training: unknown): TestRecord | null {
  if (!isRecord(training) || !isRecord(training.test)) return null;
  const { accuracy, pictures, fingerprint, copies, withoutCopies } = training.test;
  const isShare = (value: unknown): value is number => typeof value === "number" && value >= 0 && value <= 1;
  if (!isShare(accuracy) || !isCount(pictures) || typeof fingerprint !== "string" || !isCount(copies)) return null;
  if (withoutCopies !== null && !isShare(withoutCopies)) return null;
  return { accuracy, pictures, fingerprint, copies, withoutCopies };
}

export interface Replaced {
  readonly file: string;
  /** The day of its last change, "2026-11-27", in UTC. */
  readonly date: string;
  readonly test: TestRecord | null;
}

/** The model that lies where a training will write; null where there is none. */
export async function replacedModel(file: string): Promise<Replaced | null> {
  if (!existsSync(file)) return null;
  const { mtime, size } = statSync(file);
  if (size === 0) return null;
  const date = mtime.toISOString().slice(0, 10);
  try {
    return { file, date, test: testRecordOf((await loadModel(file)).training) };
  } catch (error) {
    // A safetensors file that is no model, or a damaged one.
    if (error instanceof BadInput) return { file, date, test: null };
    throw error;
  }
}

export function replacedWords({ file, date, test }: Replaced): string {
  const good = test === null ? "" : `, test accuracy ${percent(test.accuracy)}`;
  return `${file} (${date}${good}) will be replaced; --out with another name keeps both`;
}

/** How the new model compares with the one that it replaced; null where they were not tested with the same pictures. */
export function comparisonWords({ test }: Replaced, now: TestRecord): string | null {
  if (test === null || test.fingerprint !== now.fingerprint) return null;
  const [before, after] = [percent(test.accuracy), percent(now.accuracy)];
  if (now.accuracy < test.accuracy)
    return `worse than the model that was replaced: ${before} of the same test pictures before, ${after} now; --out with another name would have kept both`;
  if (now.accuracy === test.accuracy)
    return `as good as the model that was replaced: ${before} of the same test pictures`;
  return `better than the model that was replaced: ${before} of the same test pictures before, ${after} now`;
}
