// Finds the four IDX files of a data set like MNIST in a folder, under MNIST's names or other common ones. Where files are missing, where
// there are several sets, and where archives have to be unpacked first, the error says so.
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type IdxName, idxNameOf, isTransposed } from "../../data/idx-names.ts";
import type { ChainruleError } from "../../errors/error.ts";
import { takes } from "../../tensor/arguments.ts";
import { withinAsync } from "../../tensor/within.ts";
import { fileError } from "../file-error.ts";
import { explain } from "../files.ts";
import { pictureKind } from "../folder/names.ts";
import { readStart } from "../reading/framed-file.ts";

/** The four files of a set, each the path of a plain file or of a gzipped one. */
export interface IdxSet {
  /** The folder with the files; it may be a subfolder of the one that was given. */
  readonly directory: string;
  /** The rest of the files' names, such as "emnist-letters"; "" for MNIST's own names. */
  readonly name: string;
  readonly train: IdxPair;
  readonly test: IdxPair;
  /** The file that names the labels (emnist-letters-mapping.txt); null where there is none. */
  readonly mapping: string | null;
  /** Whether the pictures' rows and columns are swapped, as EMNIST's are. */
  readonly transposed: boolean;
}

/** The paths of the files with the pictures and with their labels. */
export interface IdxPair {
  readonly images: string;
  readonly labels: string;
}

const call = "findIdx";

/**
 * Finds a set of IDX files in a folder, or in its only subfolder that has such files. Of several sets, as EMNIST's archive has them, the
 * path names one: the folder's path, "/" and the set's name, such as "gzip/emnist-letters". null where there are no IDX files. Throws where
 * one of the four files is missing, where there are several sets, and where the folder has only archives or files of other formats.
 */
export function findIdx(path: string): Promise<IdxSet | null> {
  takes("findIdx", arguments.length, 1);
  return withinAsync("findIdx", async () => find(path));
}

function find(path: string): IdxSet | null {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    const folder = folderWithIdx(path);
    if (folder !== null) return chooseSet(folder, partsIn(folder));
    checkOtherFormats(path);
    return null;
  }
  const [folder, name] = [dirname(path), basename(path).toLowerCase()];
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return null;
  const parts = partsIn(folder).filter(({ set }) => set === name);
  return parts.length === 0 ? null : chooseSet(folder, parts);
}

interface Part extends IdxName {
  readonly file: string;
  readonly isFolder: boolean;
}

/** The IDX files in a folder, by their names, and by their first bytes where a name does not tell. */
function partsIn(folder: string): Part[] {
  return entriesOf(folder).flatMap((entry) => {
    const name = idxNameOf(entry.name);
    if (name === null || pictureKind(entry.name) === "system") return [];
    const file = join(folder, entry.name);
    const isFolder = entry.isDirectory();
    if (!name.isCertain) return !isFolder && beginsAsIdx(file) ? [{ ...name, file, isFolder }] : [];
    // A folder of an archive may have the name of the file in it: train-images-idx3-ubyte/train-images-idx3-ubyte.
    const inner = join(file, entry.name);
    const isFile = isFolder && (statSync(inner, { throwIfNoEntry: false })?.isFile() ?? false);
    return [{ ...name, file: isFile ? inner : file, isFolder }];
  });
}

function beginsAsIdx(file: string): boolean {
  try {
    const [a, b] = readStart(file, 2);
    return (a === 0 && b === 0) || (a === 0x1f && b === 0x8b);
  } catch {
    return false;
  }
}

/** The subfolders of a folder are searched for IDX files up to this number; more of them are classes. */
const maxSubfolders = 12;
/** In folders: torchvision's MNIST is in MNIST/raw. */
const maxDepth = 2;

/** The folder itself, or the only folder below it, that has IDX files; null where there is none. */
function folderWithIdx(path: string): string | null {
  if (partsIn(path).length > 0) return path;
  const found = foldersBelow(path, maxDepth);
  if (found.length > 1)
    throw fileError(
      call,
      path,
      `several folders in it have IDX files: ${found.slice(0, 8).join(", ")}; give the path of one of them`,
      { folders: found },
    );
  return found[0] ?? null;
}

/** The folders with IDX files at most `depth` folders below the path; folders within them are not searched. */
function foldersBelow(path: string, depth: number): string[] {
  const folders = entriesOf(path).filter((entry) => entry.isDirectory() && pictureKind(entry.name) !== "system");
  if (depth === 0 || folders.length > maxSubfolders) return [];
  return folders.flatMap(({ name }) => {
    const folder = join(path, name);
    return partsIn(folder).length > 0 ? [folder] : foldersBelow(folder, depth - 1);
  });
}

/** The only set among the parts. */
function chooseSet(directory: string, parts: readonly Part[]): IdxSet {
  const unnamedParts = parts.filter(({ role, what }) => role === null || what === null);
  if (unnamedParts.length === parts.length)
    throw fileError(
      call,
      unnamedParts[0].file,
      'its name does not say what it holds; call the four files "train-images-idx3-ubyte", "train-labels-idx1-ubyte", ' +
        '"t10k-images-idx3-ubyte" and "t10k-labels-idx1-ubyte"',
    );
  const namedParts = parts.filter((part) => !unnamedParts.includes(part));
  const names = [...new Set(namedParts.map(({ set }) => set))];
  if (names.length > 1)
    throw fileError(
      call,
      directory,
      `it holds several sets: ${names.map((name) => (name === "" ? "the files with MNIST's names" : name)).join(", ")}; ` +
        `give one by its name, such as ${join(directory, names.find((name) => name !== "") ?? "")}, or move the others elsewhere`,
      { sets: names },
    );
  const [name] = names;
  const pair = (role: "train" | "test"): IdxPair => ({
    images: fileOf(directory, namedParts, { role, what: "images" }),
    labels: fileOf(directory, namedParts, { role, what: "labels" }),
  });
  const mapping = join(directory, `${name}-mapping.txt`);
  return {
    directory,
    name,
    train: pair("train"),
    test: pair("test"),
    mapping: statSync(mapping, { throwIfNoEntry: false })?.isFile() ? mapping : null,
    transposed: isTransposed(name),
  };
}

interface PartKind {
  readonly role: "train" | "test";
  readonly what: "images" | "labels";
}

/** The file of a part. A file is preferred to a folder, and a plain file to a gzipped one. */
function fileOf(directory: string, parts: readonly Part[], { role, what }: PartKind): string {
  const found = parts.filter((part) => part.role === role && part.what === what);
  const rank = ({ isFolder, gzipped }: Part) => (isFolder ? 2 : gzipped ? 1 : 0);
  const minRank = Math.min(...found.map(rank));
  const chosen = found.filter((part) => rank(part) === minRank);
  if (chosen.length > 1)
    throw fileError(
      call,
      directory,
      `several files may be the ${what} of the ${role} part: ${chosen.map(({ file }) => basename(file)).join(", ")}; move all but one elsewhere`,
    );
  if (chosen.length === 1) return chosen[0].file;
  const [{ set }] = parts;
  const prefix = role === "train" ? "train" : set === "" ? "t10k" : "test";
  const missing = `${set === "" ? "" : `${set}-`}${prefix}-${what}-idx${what === "images" ? 3 : 1}-ubyte`;
  throw missingFile(call, join(directory, missing));
}

/** The error about one of the four files. */
export const missingFile = (call: string, file: string): ChainruleError =>
  fileError(
    call,
    file,
    "no such file, nor with .gz; the folder needs four IDX files: images and labels, for training and for testing",
  );

const archive = /\.(zip|7z|rar|tar|tgz|gz|xz|bz2)$/i;
const foreignData = /\.(mat|npz|npy|csv|tsv|parquet|arrow|pkl|pickle|pt|pth|h5|hdf5|tfrecord|bin)$/i;

/** Throws if a folder without folders and pictures has archives, or data in formats that are not read. */
function checkOtherFormats(path: string): void {
  const entries = entriesOf(path).filter(({ name }) => pictureKind(name) !== "system");
  if (entries.some((entry) => !entry.isFile() || pictureKind(entry.name) !== "other")) return;
  const names = entries.map(({ name }) => name);
  const archives = names.filter((name) => archive.test(name));
  const foreign = names.filter((name) => foreignData.test(name));
  if (archives.length > 0)
    throw fileError(
      call,
      path,
      `has no data but ${archives.slice(0, 4).join(", ")}; unpack ${archives.length === 1 ? "it" : "one of them"}, and give the folder with the files`,
    );
  if (foreign.length > 0)
    throw fileError(
      call,
      path,
      `has no data but ${foreign.slice(0, 4).join(", ")}, which is not read; get the data set as IDX files or as pictures, with a folder for each class`,
    );
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    return explain(folder, error);
  }
}
