// Loads a folder of pictures as data to train on: with a subfolder for each class, or with folders for training, test (and validation)
// that each have such subfolders. Where there is no folder for a part, its pictures are set aside by seed. What the names of folders and
// the headers of pictures show is refused before anything is decoded.
import { createHash } from "node:crypto";
import { relative } from "node:path";
import type { Framing } from "chainrule/data";
import type { ImageSurvey } from "chainrule/node";
import type { Data, Source } from "../data.ts";
import { BadInput } from "../failure.ts";
import { counted, thousands } from "../wording.ts";
import { checkClasses, colours, inChannels, withClasses } from "./adapt.ts";
import { countsOf, type Part, setAside } from "./aside.ts";
import { kindOfPictures } from "./kind.ts";
import { layoutOf } from "./layout.ts";
import { classNote, lackNote, notesOn } from "./notes.ts";
import type { FolderRecord, Reading } from "./options.ts";
import { readPictures, surveyPictures } from "./read.ts";

/** The fraction of the pictures that is set aside for the test, where there is no folder for it. */
const testFraction = 0.2;

export type Size = readonly [height: number, width: number];

export interface Loading extends Reading {
  readonly seed: number;
  /** The fraction of the training pictures that is set aside for validation, 0 for none. */
  readonly validation: number;
  /** Throws BadInput where the net does not take pictures of this size; called before they are decoded. */
  readonly checkSize: (size: Size) => void;
}

export async function loadPictures({ name, directory }: Source, options: Loading): Promise<Data> {
  const { skipBroken } = options;
  if (options.size !== null) options.checkSize(options.size);
  const layout = layoutOf(directory ?? ".");
  const surveys = {
    base: await surveyPictures(layout.base, options),
    test: layout.test === null ? null : await surveyPictures(layout.test, { ...options, minClasses: 1 }),
    validation:
      layout.validation === null || options.validation === 0
        ? null
        : await surveyPictures(layout.validation, { ...options, minClasses: 1 }),
  };
  const { classes } = surveys.base;
  for (const part of [surveys.test, surveys.validation])
    if (part !== null) checkClasses(part.classes, { classes, name: part.directory, than: layout.base });
  if (surveys.test === null && surveys.base.files.length === classes.length) throw onePictureEach(layout.base);
  options.checkSize(options.size ?? surveys.base.size);
  const framing = await kindOfPictures(surveys.base, options.size);
  const read = { ...options, framing };
  const all = await readPictures(surveys.base, read);
  const [, channels, height, width] = all.images.shape;
  const notes = [
    ...layout.notes,
    ...Object.values(surveys).flatMap((survey) => (survey === null ? [] : notesOn(survey))),
  ];
  for (const survey of Object.values(surveys)) if (survey !== null) reportPassedOver(options, survey);
  const own = async (survey: ImageSurvey | null): Promise<Part | null> => {
    if (survey === null) return null;
    const part = await readForm(survey, { ...read, size: [height, width], channels });
    if (part.note !== null) notes.push(`${part.note}, as those of ${layout.base} are`);
    return { data: withClasses(part.data, { classes, name: survey.directory, than: layout.base }), files: part.files };
  };
  const [ownTest, ownValidation] = [await own(surveys.test), await own(surveys.validation)];
  const divided = divide({ data: all, files: all.files }, options, { ownTest, ownValidation, name: layout.base });
  const { train, test, validation } = divided;
  const counts = { train: countsOf(train.data), test: countsOf(test.data), validation: null as number[] | null };
  if (validation !== null) counts.validation = countsOf(validation.data);
  const lacking = lackNote(classes, counts);
  return {
    name,
    train: train.data,
    validation: validation?.data ?? null,
    test: test.data,
    files: {
      train: train.files ?? [],
      validation: validation?.files ?? null,
      test: test.files ?? [],
    },
    framing,
    notes: [...notes, classNote(classes, countsOf(all)), ...divided.notes, ...(lacking === null ? [] : [lacking])],
    folder: {
      size: options.size,
      skipBroken,
      dividedFrom: ownTest === null ? filesDigest(surveys.base, all.files) : null,
    },
  };
}

/** The event for programs; the words for people are among the notes. */
function reportPassedOver({ screen }: Pick<Reading, "screen">, { directory, passedOver, loose }: ImageSurvey): void {
  if (passedOver.size > 0 || loose > 0)
    screen.event("passedOver", { folder: directory, files: Object.fromEntries(passedOver), loose });
}

interface Own {
  readonly ownTest: Part | null;
  readonly ownValidation: Part | null;
  /** The folder of the pictures that are divided. */
  readonly name: string;
}

interface Divided {
  readonly train: Part;
  readonly test: Part;
  readonly validation: Part | null;
  readonly notes: readonly string[];
}

/** Sets aside the parts that have no folder of their own. */
function divide(all: Part, options: Loading, { ownTest, ownValidation, name }: Own): Divided {
  const { seed } = options;
  const first = setTestAside(all, ownTest === null ? testFraction : 0, seed);
  const test = ownTest ?? first.aside;
  if (test === null) throw onePictureEach(name);
  const fraction = ownValidation === null ? options.validation : 0;
  const second = setAside(first.train, { fraction, seed, fromEach: false });
  const size = ({ data }: Part) => data.labels.size;
  const taken = [
    ...(first.aside === null ? [] : [`${thousands(size(first.aside))} for the test`]),
    ...(second.aside === null ? [] : [`${thousands(size(second.aside))} for validation, which finds the best epoch`]),
  ];
  const notes: string[] = [];
  if (taken.length > 0)
    notes.push(
      `of ${thousands(size(all))} pictures in ${name}, seed ${seed} sets aside ${taken.join(" and ")}; ` +
        `${thousands(size(second.train))} are left to learn from`,
    );
  if (fraction > 0 && second.aside === null)
    notes.push(`no picture is set aside for validation, since each class has only ${counted(1, "picture")} left`);
  return { train: second.train, test, validation: ownValidation ?? second.aside, notes };
}

const onePictureEach = (name: string) =>
  new BadInput(
    `${name}: has one picture of each class, so none is left to test with; add at least one more to a class, or a folder with test pictures`,
  );

const setTestAside = (all: Part, fraction: number, seed: number) => setAside(all, { fraction, seed, fromEach: true });

/** The pictures of a folder in the number of channels that is wanted, and a note if they had another. */
async function readForm(
  survey: ImageSurvey,
  wanted: Omit<Parameters<typeof readPictures>[1], "channels"> & { readonly channels: number },
): Promise<Part & { readonly files: readonly string[]; readonly note: string | null }> {
  const { channels, ...natural } = wanted;
  const found = await readPictures(survey, natural);
  const own = found.images.shape[1];
  if (own === channels) return { data: found, files: found.files, note: null };
  const note = `the pictures of ${survey.directory} are ${colours(own)}: they are taken as ${colours(channels)} ones`;
  // Grey levels are made before the picture is made smaller, as predict makes them, so coloured pictures are read again.
  if (channels === 1) {
    const grey = await readPictures(survey, { ...natural, channels });
    return { data: grey, files: grey.files, note };
  }
  return { data: inChannels(found, channels), files: found.files, note };
}

/** A digest of the names and sizes of the files; unlike one of their pixels it does not depend on what decodes them, nor on the net's size. */
function filesDigest({ directory, files }: ImageSurvey, read: readonly string[]): string {
  const bytes = new Map(files.map((file) => [file.path, file.bytes]));
  const lines = read.map((path) => [relative(directory, path).replaceAll("\\", "/"), bytes.get(path)]);
  return createHash("sha256").update(JSON.stringify(lines)).digest("hex").slice(0, 16);
}

export interface Known {
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
}

/** The pictures of a folder that a model is tested with: those that it was not trained on, where its record tells them. */
export async function loadTestPictures(
  { directory }: Source,
  { input: [channels, height, width], classes, framing, record, seed }: Known,
  options: Omit<Reading, "size" | "maxSide">,
): Promise<TestPictures> {
  const layout = layoutOf(directory ?? ".");
  const path = layout.test ?? layout.base;
  const reading = { ...options, size: [height, width] as const, maxSide: Math.max(height, width) };
  const survey = await surveyPictures(path, { ...reading, minClasses: 1 });
  reportPassedOver(options, survey);
  const known = { classes, name: path, than: "the model" };
  checkClasses(survey.classes, known);
  const { data, files, note } = await readForm(survey, { ...reading, framing, channels });
  const notes = [...layout.notes, ...notesOn(survey), ...(note === null ? [] : [`${note}, which the model takes`])];
  const all = { data: withClasses(data, known), files };
  if (layout.test !== null) return { ...all, source: `the pictures in ${path}`, notes };
  if (record?.dividedFrom !== filesDigest(survey, files))
    return { ...all, source: `all pictures in ${path}; the model was not trained on exactly these`, notes };
  const { aside } = setTestAside(all, testFraction, seed);
  if (aside === null) throw new BadInput(`${path}: has no pictures to test with; add some`);
  return { ...aside, source: `the test pictures in ${path}, set aside from training by seed ${seed}`, notes };
}
