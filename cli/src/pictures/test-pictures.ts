// Loads the pictures of a folder that a model is tested with.

import type { ImageSurvey } from "chainrule/node";
import type { Pictures, Source } from "../data-set.ts";
import { BadInput } from "../failure.ts";
import { labelsOf } from "../large/parts.ts";
import { isLargeTest, streamTest } from "../large/test-pictures.ts";
import { checkClasses, readInChannels, withClasses } from "./adapt.ts";
import type { Part } from "./aside.ts";
import { filesDigest, setTestAside, testFraction } from "./divide.ts";
import { tellFound } from "./folder.ts";
import { type Layout, layoutOf } from "./layout.ts";
import type { Reading, Trained } from "./options.ts";
import { surveyPictures } from "./read.ts";

export interface TestPictures {
  readonly data: Pictures;
  /** The path of each picture; null for pictures that are not files. */
  readonly files: readonly string[] | null;
  /** Ends the reading of streamed pictures. */
  readonly close?: () => Promise<void>;
  /** The pictures' source, in words. */
  readonly source: string;
  readonly notes: readonly string[];
  /** A sentence where the net may have learned from these pictures; null where it did not. */
  readonly doubt: string | null;
}

/** The pictures of a folder that a model is tested with: those that it was not trained on, where its record tells them. */
export async function loadTestPictures(
  { directory }: Source,
  trained: Trained,
  options: Omit<Reading, "size" | "maxSide">,
): Promise<TestPictures> {
  const { input, classes, framing } = trained;
  const [channels, height, width] = input;
  const layout = layoutOf(directory ?? ".");
  const path = layout.test ?? layout.base;
  const reading = { ...options, size: [height, width] as const, maxSide: Math.max(height, width) };
  const survey = await surveyPictures(path, { ...reading, minClasses: 1 });
  const classNames = { classes, name: path, than: "the model" };
  checkClasses(survey.classes, classNames);
  tellFound(options.screen, layout, [survey]);
  if (isLargeTest(survey, trained)) return streamed(survey, layout, trained, options);
  const { data, files, note } = await readInChannels(survey, { ...reading, framing, channels });
  const notes = note === null ? [] : [`${note}, which the model takes`];
  const all = { data: withClasses(data, classNames), files };
  const { part, ...told } = chosen({ survey, layout, trained }, all);
  return { ...part, ...told, notes };
}

interface Found {
  readonly survey: ImageSurvey;
  readonly layout: Layout;
  readonly trained: Trained;
}

/** Those of a folder's pictures that the model is tested with. */
function chosen(
  { survey, layout, trained: { record, seed } }: Found,
  all: Part,
): Pick<TestPictures, "source" | "doubt"> & { readonly part: Part } {
  const path = survey.directory;
  if (layout.test !== null) return { part: all, source: `the pictures in ${path}`, doubt: null };
  if (record?.dividedFrom !== filesDigest(survey, all.files ?? [])) {
    const doubt = `${path} does not hold exactly the files of the training; the figure flatters if the net learned from them`;
    return { part: all, source: `all pictures in ${path}`, doubt };
  }
  const { aside } = setTestAside(all, testFraction, seed);
  if (aside === null) throw new BadInput(`${path}: has no pictures to test with; add some`);
  return { part: aside, source: `the test pictures in ${path}, set aside from training by seed ${seed}`, doubt: null };
}

/** The same of a folder that does not fit into memory. */
async function streamed(
  survey: ImageSurvey,
  layout: Layout,
  trained: Trained,
  { skipBroken }: Pick<Reading, "skipBroken">,
): Promise<TestPictures> {
  const labels = labelsOf(survey);
  const known = { classes: trained.classes, name: survey.directory, than: "the model" };
  const all = { data: withClasses(labels.data, known), files: labels.files };
  const { part, ...told } = chosen({ survey, layout, trained }, all);
  return { ...(await streamTest(survey, trained, { skipBroken, part })), ...told, notes: [] };
}
