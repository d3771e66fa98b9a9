// Divides the pictures of a folder: the parts that have no folder of their own are set aside by seed. A digest of the files tells evaluate
// whether it can divide them in the same way again.
import { createHash } from "node:crypto";
import { relative } from "node:path";
import type { ImageSurvey } from "chainrule/node";
import { BadInput } from "../failure.ts";
import { counted } from "../wording.ts";
import { type Part, setAside } from "./aside.ts";
import { asideNote } from "./notes.ts";

/** The fraction of the pictures that is set aside for the test, where there is no folder for it. */
export const testFraction = 0.2;

/** The parts that have a folder of their own. */
export interface Own {
  readonly ownTest: Part | null;
  readonly ownValidation: Part | null;
  /** The folder of the pictures that are divided. */
  readonly name: string;
}

export interface Divided {
  readonly train: Part;
  readonly test: Part;
  readonly validation: Part | null;
  readonly notes: readonly string[];
}

/** Sets aside the parts that have no folder of their own. `validation` is the fraction for validation, 0 for none. */
export function divide(
  all: Part,
  { seed, validation }: { readonly seed: number; readonly validation: number },
  { ownTest, ownValidation, name }: Own,
): Divided {
  const first = setTestAside(all, ownTest === null ? testFraction : 0, seed);
  const test = ownTest ?? first.aside;
  if (test === null) throw onePictureEach(name);
  const fraction = ownValidation === null ? validation : 0;
  const second = setAside(first.train, { fraction, seed, fromEach: false });
  const size = (part: Part | null) => part?.data.labels.size ?? 0;
  const taken = { test: size(first.aside), validation: size(second.aside) };
  const note = asideNote(`${counted(size(all), "picture")} in ${name}`, taken, seed);
  const notes = note === null ? [] : [note];
  if (fraction > 0 && second.aside === null)
    notes.push(`no picture is set aside for validation, since each class has only ${counted(1, "picture")} left`);
  return { train: second.train, test, validation: ownValidation ?? second.aside, notes };
}

export const onePictureEach = (name: string) =>
  new BadInput(
    `${name}: has one picture of each class, so none is left to test with; add at least one more to a class, or a folder with test pictures`,
  );

/** Sets the test pictures aside, as evaluate finds them again. */
export const setTestAside = (all: Part, fraction: number, seed: number) =>
  setAside(all, { fraction, seed, fromEach: true });

/** A digest of the names and sizes of the files; unlike one of their pixels it does not depend on what decodes them, nor on the net's size. */
export function filesDigest({ directory, files }: ImageSurvey, read: readonly string[]): string {
  const bytes = new Map(files.map((file) => [file.path, file.bytes]));
  const lines = read.map((path) => [relative(directory, path).replaceAll("\\", "/"), bytes.get(path)]);
  return createHash("sha256").update(JSON.stringify(lines)).digest("hex").slice(0, 16);
}
