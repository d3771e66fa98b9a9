// Finds the parts of a data set in its folder: where the training pictures are, and those for the test and for validation, if they have
// folders of their own. The names decide, so the command line says which folder it takes as what.
import { readdirSync, statSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { pictureKind } from "chainrule/node";
import { BadInput } from "../failure.ts";
import { meaningOf, type PartName } from "./part-names.ts";

export interface Layout {
  /** The training pictures, with a folder for each class. */
  readonly base: string;
  readonly test: string | null;
  readonly validation: string | null;
  /** Sentences that say what was taken as what. */
  readonly notes: readonly string[];
}

/** Folders that only hold a folder are followed at most so many times. */
const maxDepth = 4;

/**
 * Folders named as parts are parts if they hold folders; one that holds pictures alone is a class (of railways, called "train"). A folder
 * that only holds one folder with folders, as archives and Kaggle's data sets have them, stands for that one.
 */
export function layoutOf(directory: string): Layout {
  const notes: string[] = [];
  let folder = directory;
  for (let depth = 0; depth < maxDepth; depth++) {
    const parts = partsIn(folder);
    if (parts !== null) {
      const base = unwrapped(parts.train, () => true);
      const classes = new Set(foldersIn(base));
      const part = (path: string | null) => path && unwrapped(path, (name) => !classes.has(name));
      const found = { train: base, test: part(parts.test), validation: part(parts.validation) };
      notes.push(...tell(folder, found, parts.others));
      return { base, test: found.test, validation: found.validation, notes };
    }
    const inner = onlyFolder(folder);
    if (inner === null) break;
    notes.push(`${folder} only holds the folder ${basename(inner)}: the classes are taken from ${inner}`);
    folder = inner;
  }
  return { base: folder, test: null, validation: null, notes };
}

interface Parts {
  readonly train: string;
  readonly test: string | null;
  readonly validation: string | null;
  /** The names of the folders that are no parts. */
  readonly others: readonly string[];
}

/** The parts among the folders of a folder; null where none is named as the training pictures. */
function partsIn(folder: string): Parts | null {
  const found = foldersIn(folder).flatMap((name) => {
    const meaning = meaningOf(name);
    return meaning !== null && foldersIn(join(folder, name)).length > 0 ? [{ name, ...meaning }] : [];
  });
  const trainFolders = found.filter(({ part, rest }) => part === "train" && isNamed(found, rest));
  if (trainFolders.length === 0) return null;
  const { rest } = trainFolders[0];
  const pathOf = (part: PartName): string | null => {
    const names = (part === "train" ? trainFolders : found.filter((one) => one.part === part && one.rest === rest)).map(
      ({ name }) => name,
    );
    if (names.length > 1)
      throw new BadInput(
        `${folder}: which are the ${words[part]}: ${names.map(quoted).join(" or ")}? ` +
          "Give one of them another name, or move it elsewhere",
      );
    return names.length === 0 ? null : join(folder, names[0]);
  };
  const [train, test, validation] = [pathOf("train"), pathOf("test"), pathOf("validation")];
  if (train === null) return null;
  const taken = new Set([train, test, validation]);
  return { train, test, validation, others: foldersIn(folder).filter((name) => !taken.has(join(folder, name))) };
}

/** Whether a name with this rest is that of a part: without a rest always, else if another part has the same rest (flowers-train, flowers-test). */
function isNamed(found: readonly { readonly part: PartName; readonly rest: string }[], rest: string): boolean {
  return rest === "" || found.some((other) => other.part !== "train" && other.rest === rest);
}

const words = { train: "training pictures", test: "test pictures", validation: "validation pictures" } as const;
const quoted = (name: string) => `'${name}'`;

function tell(folder: string, parts: Omit<Parts, "others">, others: readonly string[]): string[] {
  const taken = (["train", "test", "validation"] as const).flatMap((part) => {
    const path = parts[part];
    return path === null ? [] : [{ name: quoted(relative(folder, path)), what: words[part] }];
  });
  const pieces = taken.map(({ name, what }, n) => `${name} ${n === 0 ? "is taken " : ""}as the ${what}`);
  const last = pieces.pop();
  const line = `in ${folder}: ${pieces.length === 0 ? "" : `${pieces.join(", ")} and `}${last}`;
  if (others.length === 0) return [line];
  return [line, `in ${folder}: ${listed(others)} ${others.length === 1 ? "is" : "are"} not used`];
}

const listed = (names: readonly string[]) =>
  names.slice(0, 8).map(quoted).join(", ") + (names.length > 8 ? ` and ${names.length - 8} more` : "");

/** The folder itself, or the one folder with folders that it only holds (seg_train/seg_train), if `mayEnter` allows its name. */
function unwrapped(folder: string, mayEnter: (name: string) => boolean): string {
  const inner = onlyFolder(folder);
  return inner !== null && mayEnter(basename(inner)) ? inner : folder;
}

/** The only folder in a folder without pictures, if it holds folders itself; else null. */
function onlyFolder(folder: string): string | null {
  const { folders, files } = namesIn(folder);
  if (folders.length !== 1 || files.some((name) => pictureKind(name) === "picture")) return null;
  const inner = join(folder, folders[0]);
  return foldersIn(inner).length > 0 ? inner : null;
}

const foldersIn = (folder: string): readonly string[] => namesIn(folder).folders;

/** The names in a folder, without those that belong to an operating system or a program. A link to a folder counts as a folder. */
function namesIn(folder: string): { readonly folders: readonly string[]; readonly files: readonly string[] } {
  const list = { folders: [] as string[], files: [] as string[] };
  for (const entry of entriesOf(folder)) {
    if (pictureKind(entry.name) === "system") continue;
    const isLink = entry.isSymbolicLink();
    const target = isLink ? statSync(join(folder, entry.name), { throwIfNoEntry: false }) : entry;
    (target?.isDirectory() ? list.folders : list.files).push(entry.name);
  }
  return list;
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw new BadInput(`${folder}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}
