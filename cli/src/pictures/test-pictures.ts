// Loads the pictures of a folder that a model is tested with.
import type { Framing } from "chainrule/data";
import type { Source } from "../data.ts";
import { BadInput } from "../failure.ts";
import { checkClasses, readInChannels, withClasses } from "./adapt.ts";
import type { Part } from "./aside.ts";
import { filesDigest, setTestAside, testFraction } from "./divide.ts";
import { tellFound } from "./folder.ts";
import { layoutOf } from "./layout.ts";
import type { FolderRecord, Reading } from "./options.ts";
import { surveyPictures } from "./read.ts";

/** What a model file says about the pictures that the model takes and was trained on. */
export interface Trained {
  /** The shape of the pictures that the model takes. */
  readonly input: readonly [channels: number, height: number, width: number];
  readonly classes: readonly string[];
  readonly framing: Framing;
  readonly record: FolderRecord | null;
  readonly seed: number;
}

export interface TestPictures extends Part {
  /** The pictures' source, in words. */
  readonly source: string;
  readonly notes: readonly string[];
  /** A sentence where the net may have learned from these pictures; null where it did not. */
  readonly doubt: string | null;
}

/** The pictures of a folder that a model is tested with: those that it was not trained on, where its record tells them. */
export async function loadTestPictures(
  { directory }: Source,
  { input: [channels, height, width], classes, framing, record, seed }: Trained,
  options: Omit<Reading, "size" | "maxSide">,
): Promise<TestPictures> {
  const layout = layoutOf(directory ?? ".");
  const path = layout.test ?? layout.base;
  const reading = { ...options, size: [height, width] as const, maxSide: Math.max(height, width) };
  const survey = await surveyPictures(path, { ...reading, minClasses: 1 });
  const classNames = { classes, name: path, than: "the model" };
  checkClasses(survey.classes, classNames);
  tellFound(options.screen, layout, [survey]);
  const { data, files, note } = await readInChannels(survey, { ...reading, framing, channels });
  const notes = note === null ? [] : [`${note}, which the model takes`];
  const all = { data: withClasses(data, classNames), files };
  if (layout.test !== null) return { ...all, source: `the pictures in ${path}`, notes, doubt: null };
  if (record?.dividedFrom !== filesDigest(survey, files)) {
    const doubt = `${path} does not hold exactly the files of the training; the figure flatters if the net learned from them`;
    return { ...all, source: `all pictures in ${path}`, notes, doubt };
  }
  const { aside } = setTestAside(all, testFraction, seed);
  if (aside === null) throw new BadInput(`${path}: has no pictures to test with; add some`);
  return {
    ...aside,
    source: `the test pictures in ${path}, set aside from training by seed ${seed}`,
    notes,
    doubt: null,
  };
}
