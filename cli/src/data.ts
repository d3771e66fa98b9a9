// Finds the data set that an argument of the command line names, and divides it into training, validation and test pictures.

import { existsSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type Dataset, fashionClasses, framingOf, isFashionMnist } from "chainrule/data";
import { findIdx, type IdxSet, loadMnist } from "chainrule/node";
import type { Data, Source } from "./data-set.ts";
import { BadInput, reading } from "./failure.ts";
import { isLarge } from "./large/budget.ts";
import { type LargeLoading, loadLarge } from "./large/load.ts";
import type { AnyData } from "./large/streams.ts";
import { setAside } from "./pictures/aside.ts";
import { loadPictures, loadSurveyed, surveyData } from "./pictures/folder.ts";
import { asideNote } from "./pictures/notes.ts";
import type { Loading } from "./pictures/options.ts";
import { counted } from "./wording.ts";

/**
 * The source of "mnist", of a folder with four IDX files (or of one set of several in it), or of a folder with a subfolder of pictures for
 * each class.
 */
export async function findData(word: string): Promise<Source> {
  if (word === "mnist") return { kind: "idx", name: "mnist", directory: null };
  const directory = word.replace(/(?<=[^/])\/+$/, "");
  const set = await reading(() => findIdx(directory));
  const name = basename(resolve(word)) || "data";
  if (set !== null) return { kind: "idx", name, directory };
  if (!existsSync(word))
    throw new BadInput(
      `${word}: no such data; give "mnist", or a folder with MNIST's four IDX files or with a subfolder of pictures for each class`,
    );
  if (!statSync(word).isDirectory())
    throw new BadInput(`${word}: is not a folder; give the folder that holds the data`);
  return { kind: "pictures", name, directory };
}

/** Loads a data set into memory, or where the budget is too small for that, streams it. */
export async function loadOrStream(source: Source, options: LargeLoading): Promise<AnyData> {
  if (source.kind === "idx") return loadData(source, options);
  const surveyed = await surveyData(source, options);
  return isLarge(surveyed, options.size, options.budget)
    ? loadLarge(source, surveyed, options)
    : loadSurveyed(source, surveyed, options);
}

/** Loads a data set into memory. `validation` is the fraction of the training pictures that is set aside, 0 for none. */
export async function loadData(source: Source, options: Loading): Promise<Data> {
  if (source.kind === "pictures") return loadPictures(source, options);
  const { train: all, test, notes: found } = await loadIdx(source);
  const [, , height, width] = all.images.shape;
  options.checkSize([height, width]);
  const { validation: fraction, seed } = options;
  const { train, aside } = setAside({ data: all, files: null }, { fraction, seed, fromEach: false });
  const notes = [...found];
  const from = `${counted(all.labels.size, "training picture")} of ${source.name}`;
  const note = asideNote(from, { test: 0, validation: aside?.data.labels.size ?? 0 }, seed);
  if (note !== null) notes.push(note);
  return {
    name: source.name,
    train: train.data,
    validation: aside?.data ?? null,
    test,
    files: null,
    framing: framingOf(train.data),
    notes,
    folder: null,
  };
}

export interface IdxData {
  readonly train: Dataset;
  readonly test: Dataset;
  /** Sentences that say what was taken as what. */
  readonly notes: readonly string[];
}

export async function loadIdx({ directory }: Source): Promise<IdxData> {
  return reading(async () => {
    if (directory === null) return { ...(await loadMnist()), notes: [] };
    const set = await findIdx(directory);
    const { train, test } = await loadMnist({ directory });
    const isFashion = train.classes.length === 10 && [train, test].some(({ labels }) => isFashionMnist(labels));
    const classes = isFashion ? fashionClasses : train.classes;
    const notes = set === null ? [] : notesOn(set, directory, classes);
    return { train: { ...train, classes }, test: { ...test, classes }, notes };
  });
}

function notesOn(set: IdxSet, directory: string, classes: readonly string[]): string[] {
  const notes: string[] = [];
  if (set.directory !== directory && join(set.directory, set.name) !== join(directory))
    notes.push(`the IDX files are in ${set.directory}`);
  if (set.transposed)
    notes.push("EMNIST's files hold the pictures with rows and columns swapped; they are turned upright");
  const [first, last] = [classes[0], classes[classes.length - 1]];
  if (set.mapping !== null) notes.push(`${set.mapping} names the ${classes.length} classes, ${first} to ${last}`);
  else if (classes.length !== 10)
    notes.push(`the classes are the ${classes.length} labels that occur, ${first} to ${last}`);
  return notes;
}
