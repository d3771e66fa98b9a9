// Finds the four IDX files of a data set like MNIST in a folder, under the names that people have for them. Where files are missing, or
// there are several sets, or archives that have to be unpacked first, the error says so.
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type IdxName, idxNameOf, isTransposed } from "../../data/idx-names.ts";
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
  /** What the names have beside MNIST's own names, such as "emnist-letters"; "" for MNIST's own names. */
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
 * one of the four files is missing, where there are several sets, and where the folder only has archives and files of other formats.
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

/** The IDX files in a folder, by their names; where a name is not enough, by their first bytes. */
function partsIn(folder: string): Part[] {
  return entriesOf(folder).flatMap((entry) => {
    const name = idxNameOf(entry.name);
    if (name === null || pictureKind(entry.name) === "system") return [];
    const file = join(folder, entry.name);
    const isFolder = entry.isDirectory();
    if (!name.certain) return !isFolder && beginsAsIdx(file) ? [{ ...name, file, isFolder }] : [];
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

/** A folder with more subfolders has classes; they are not searched for IDX files. */
const maxSubfolders = 12;
/** torchvision's MNIST is in MNIST/raw. */
const maxDepth = 2;

/** The folder itself, or the only one below it that has IDX files; null where there is none. */
function folderWithIdx(path: string): string | null {
  if (partsIn(path).length > 0) return path;
  const found = below(path, maxDepth);
  if (found.length > 1)
    throw fileError(
      call,
      path,
      `which of these folders with IDX files is meant: ${found.slice(0, 8).join(", ")}? Give one of them`,
      { folders: found },
    );
  return found[0] ?? null;
}

function below(path: string, depth: number): string[] {
  const folders = entriesOf(path).filter((entry) => entry.isDirectory() && pictureKind(entry.name) !== "system");
  if (depth === 0 || folders.length > maxSubfolders) return [];
  return folders.flatMap(({ name }) => {
    const folder = join(path, name);
    return partsIn(folder).length > 0 ? [folder] : below(folder, depth - 1);
  });
}

function chooseSet(directory: string, parts: readonly Part[]): IdxSet {
  const unclear = parts.filter(({ role, what }) => role === null || what === null);
  if (unclear.length === parts.length)
    throw fileError(
      call,
      unclear[0].file,
      'its name does not say what it holds; call the four files "train-images-idx3-ubyte", "train-labels-idx1-ubyte", ' +
        '"t10k-images-idx3-ubyte" and "t10k-labels-idx1-ubyte"',
    );
  const clear = parts.filter((part) => !unclear.includes(part));
  const names = [...new Set(clear.map(({ set }) => set))];
  if (names.length > 1)
    throw fileError(
      call,
      directory,
      `which of the sets in it is meant: ${names.map((name) => (name === "" ? "the files with MNIST's names" : name)).join(", ")}? ` +
        `Give one by its name, such as ${join(directory, names.find((name) => name !== "") ?? "")}, or move the others elsewhere`,
      { sets: names },
    );
  const [name] = names;
  const pair = (role: "train" | "test"): IdxPair => ({
    images: fileOf(directory, clear, { role, what: "images" }),
    labels: fileOf(directory, clear, { role, what: "labels" }),
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

interface Wanted {
  readonly role: "train" | "test";
  readonly what: "images" | "labels";
}

/** The file of a part: one that is not a folder, and the plain one before the gzipped one. */
function fileOf(directory: string, parts: readonly Part[], { role, what }: Wanted): string {
  const found = parts.filter((part) => part.role === role && part.what === what);
  const rank = ({ isFolder, gzipped }: Part) => (isFolder ? 2 : gzipped ? 1 : 0);
  const best = Math.min(...found.map(rank));
  const chosen = found.filter((part) => rank(part) === best);
  if (chosen.length > 1)
    throw fileError(
      call,
      directory,
      `which are the ${what} of the ${role} part: ${chosen.map(({ file }) => basename(file)).join(" or ")}? Move one of them elsewhere`,
    );
  if (chosen.length === 1) return chosen[0].file;
  const [{ set }] = parts;
  const prefix = role === "train" ? "train" : set === "" ? "t10k" : "test";
  const missing = `${set === "" ? "" : `${set}-`}${prefix}-${what}-idx${what === "images" ? 3 : 1}-ubyte`;
  throw fileError(
    call,
    join(directory, missing),
    `no such file, nor with .gz; the folder needs four IDX files: images and labels, to learn from and for the test`,
  );
}

const archives = /\.(zip|7z|rar|tar|tgz|gz|xz|bz2)$/i;
const tables = /\.(mat|npz|npy|csv|tsv|parquet|arrow|pkl|pickle|pt|pth|h5|hdf5|tfrecord|bin)$/i;

/** Throws about a folder without folders and pictures that has archives, or data in formats that are not read. */
function checkOtherFormats(path: string): void {
  const entries = entriesOf(path).filter(({ name }) => pictureKind(name) !== "system");
  if (entries.some((entry) => !entry.isFile() || pictureKind(entry.name) !== "other")) return;
  const names = entries.map(({ name }) => name);
  const packed = names.filter((name) => archives.test(name));
  const other = names.filter((name) => tables.test(name));
  if (packed.length > 0)
    throw fileError(
      call,
      path,
      `has no data but ${packed.slice(0, 4).join(", ")}: unpack ${packed.length === 1 ? "it" : "one of them"}, and give the folder with the files`,
    );
  if (other.length > 0)
    throw fileError(
      call,
      path,
      `has no data but ${other.slice(0, 4).join(", ")}: such files are not read; get the data set as IDX files or as pictures, with a folder for each class`,
    );
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    return explain(folder, error);
  }
}
