// Loads a folder of pictures as data to train on: with a subfolder for each class, or with folders for training, test (and validation)
// that each have such subfolders. Where there is no folder for a part, its pictures are set aside by seed. What the names of folders and
// the headers of pictures show is refused before anything is decoded.

import type { ImageSurvey } from "chainrule/node";
import type { Data, Source } from "../data-set.ts";
import type { Screen } from "../terminal/screen.ts";
import { checkClasses, readInChannels, withClasses } from "./adapt.ts";
import { countsOf, type Part } from "./aside.ts";
import { type Divided, divide, filesDigest, onePictureEach } from "./divide.ts";
import { kindOfPictures } from "./kind.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { classNote, lackNote, notesOn } from "./notes.ts";
import type { FolderRecord, Loading } from "./options.ts";
import { readPictures, surveyPictures } from "./read.ts";
import type { Surveyed, Surveys } from "./surveyed.ts";
import { decodedBytes } from "./surveyed.ts";

/** Finds the parts of a data set, and says what is taken as what. Throws BadInput where they cannot be used. */
export async function surveyData({ directory }: Source, options: Loading): Promise<Surveyed> {
  if (options.size !== null) options.checkSize(options.size);
  const layout = layoutOf(directory ?? ".");
  const surveys = await surveyParts(layout, options);
  options.checkSize(options.size ?? surveys.base.size);
  options.checkBytes?.(decodedBytes({ surveys }, options.size));
  const framing = await kindOfPictures(surveys.base, options.size);
  tellFound(options.screen, layout, Object.values(surveys));
  return { layout, surveys, framing };
}

/** Loads a data set into memory. */
export async function loadPictures(source: Source, options: Loading): Promise<Data> {
  return loadSurveyed(source, await surveyData(source, options), options);
}

export async function loadSurveyed({ name }: Source, surveyed: Surveyed, options: Loading): Promise<Data> {
  const { layout, surveys, framing } = surveyed;
  const { classes } = surveys.base;
  const read = { ...options, framing };
  const all = await readPictures(surveys.base, read);
  const [, channels, height, width] = all.images.shape;
  const notes = [classNote(classes, countsOf(all))];
  const own = async (survey: ImageSurvey | null): Promise<Part | null> => {
    if (survey === null) return null;
    const part = await readInChannels(survey, { ...read, size: [height, width], channels });
    if (part.note !== null) notes.push(`${part.note}, as those of ${layout.base} are`);
    return { data: withClasses(part.data, { classes, name: survey.directory, than: layout.base }), files: part.files };
  };
  const [ownTest, ownValidation] = [await own(surveys.test), await own(surveys.validation)];
  const divided = divide({ data: all, files: all.files }, options, { ownTest, ownValidation, name: layout.base });
  const { train, test, validation } = divided;
  return {
    name,
    train: train.data,
    validation: validation?.data ?? null,
    test: test.data,
    files: { train: train.files ?? [], validation: validation?.files ?? null, test: test.files ?? [] },
    framing,
    notes: [...notes, ...divided.notes, ...notesOnLack(classes, divided)],
    folder: folderRecord(surveyed, options, all.files),
  };
}

/** The sentence about classes that a part lacks, if one does. */
export function notesOnLack(classes: readonly string[], { test, validation }: Divided): string[] {
  const lacking = lackNote(classes, {
    test: countsOf(test.data),
    validation: validation === null ? null : countsOf(validation.data),
  });
  return lacking === null ? [] : [lacking];
}

/** `files`: the paths of the pictures of the base folder that were read. */
export const folderRecord = (
  { surveys }: Surveyed,
  { size, skipBroken }: Loading,
  files: readonly string[],
): FolderRecord => ({ size, skipBroken, dividedFrom: surveys.test === null ? filesDigest(surveys.base, files) : null });

/** Surveys the folder of each part. Throws BadInput where their classes differ, or no picture could be set aside for the test. */
async function surveyParts(layout: Layout, options: Loading): Promise<Surveys> {
  const surveyPart = async (path: string | null) =>
    path === null ? null : surveyPictures(path, { ...options, minClasses: 1 });
  const base = await surveyPictures(layout.base, options);
  const test = await surveyPart(layout.test);
  const validation = options.validation === 0 ? null : await surveyPart(layout.validation);
  const { classes } = base;
  for (const part of [test, validation])
    if (part !== null) checkClasses(part.classes, { classes, name: part.directory, than: layout.base });
  if (test === null && base.files.length === classes.length) throw onePictureEach(layout.base);
  return { base, test, validation };
}

/** Says which folder is taken as what, and what is passed over in them: in sentences for people, in events for programs. */
export function tellFound(screen: Screen, layout: Layout, surveys: readonly (ImageSurvey | null)[]): void {
  for (const line of layout.notes) screen.say(line);
  for (const survey of surveys) {
    if (survey === null) continue;
    for (const line of notesOn(survey)) screen.say(line);
    const { directory, passedOver, loose } = survey;
    if (passedOver.size > 0 || loose > 0)
      screen.event("passedOver", { folder: directory, files: Object.fromEntries(passedOver), loose });
  }
}
