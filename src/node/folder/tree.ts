// Finds the pictures in a folder and its subfolders by their names, and counts the files that are passed over.
import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { takes } from "../../tensor/arguments.ts";
import { withinAsync } from "../../tensor/within.ts";
import { explain } from "../files.ts";
import { extensionOf, pictureKind } from "./names.ts";

/** The pictures of a folder and its subfolders. */
export interface PictureTree {
  /** The paths of the pictures: those of a folder in the order of their names, then those of its subfolders. */
  readonly pictures: readonly string[];
  /** The subfolders with pictures at any depth, by their paths within the folder, such as "big" and "big/red". */
  readonly subfolders: readonly string[];
  /** The number of files of each extension (".heic", ".txt", "" for none) that are no pictures or are in a format that is not read. */
  readonly passedOver: ReadonlyMap<string, number>;
  /** Links to folders; they are not followed, since they may lead in a circle. */
  readonly links: readonly FolderLink[];
}

/** A link `path` to the folder `target`, and the reason why it is not followed, or why it is reported although it is a class. */
export interface FolderLink {
  readonly path: string;
  readonly target: string;
  /**
   * "circle": the link leads to a folder that contains it. "nested": the link lies within a class. Neither is followed. "same": the link is
   * a class, and its target is the folder of another class.
   */
  readonly reason: "circle" | "nested" | "same";
}

/**
 * Finds all pictures in a folder and its subfolders, by the names of the files. What belongs to an operating system or a program
 * (`__MACOSX`, `Thumbs.db`, names with a leading dot) is left out and not counted.
 */
export function findPictures(folder: string): Promise<PictureTree> {
  takes("findPictures", arguments.length, 1);
  return withinAsync("findPictures", () => walkPictures(folder));
}

export async function walkPictures(folder: string): Promise<PictureTree> {
  const tree = {
    pictures: [] as string[],
    subfolders: [] as string[],
    passedOver: new Map(),
    links: [] as FolderLink[],
  };
  await walk(tree, folder, "");
  return tree;
}

interface MutableTree extends PictureTree {
  readonly pictures: string[];
  readonly subfolders: string[];
  readonly passedOver: Map<string, number>;
  readonly links: FolderLink[];
}

async function walk(tree: MutableTree, root: string, inner: string): Promise<void> {
  const folder = join(root, inner);
  const { files, folders, links } = await listFolder(folder);
  for (const name of files) {
    if (pictureKind(name) === "picture") tree.pictures.push(join(folder, name));
    else count(tree.passedOver, extensionOf(name));
  }
  for (const name of links) {
    const path = join(folder, name);
    tree.links.push({ path, target: await withoutLinks(path), reason: "nested" });
  }
  for (const name of folders) {
    const pictureCount = tree.pictures.length;
    const index = tree.subfolders.length;
    await walk(tree, root, join(inner, name));
    if (tree.pictures.length > pictureCount) tree.subfolders.splice(index, 0, join(inner, name));
  }
}

export function count(counts: Map<string, number>, key: string, more = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + more);
}

export interface FolderList {
  /** Names of files, and of links to files or to nothing. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** Names of links to folders. */
  readonly links: readonly string[];
}

/** The names in a folder, in order, without those that belong to an operating system or a program. */
export async function listFolder(folder: string): Promise<FolderList> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error) => explain(folder, error));
  const list = { files: [] as string[], folders: [] as string[], links: [] as string[] };
  for (const entry of entries.sort(byName)) {
    if (pictureKind(entry.name) === "system") continue;
    if (entry.isDirectory()) list.folders.push(entry.name);
    else if (entry.isSymbolicLink() && (await leadsToFolder(join(folder, entry.name)))) list.links.push(entry.name);
    else list.files.push(entry.name);
  }
  return list;
}

/** Orders by name. The form of accents, composed or decomposed, does not change the order. */
function byName({ name: a }: Dirent, { name: b }: Dirent): number {
  const [x, y] = [a.normalize("NFC"), b.normalize("NFC")];
  return x < y || (x === y && a < b) ? -1 : 1;
}

const leadsToFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => null))?.isDirectory() ?? false;

/** The path with all links resolved; the same path where it leads to nothing. */
export const withoutLinks = (path: string): Promise<string> => realpath(path).catch(() => path);
