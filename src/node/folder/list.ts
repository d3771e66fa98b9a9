// Lists the files of a picture folder with their classes.
import { statSync } from "node:fs";
import { join } from "node:path";
import { className } from "../../data/class-names.ts";
import { takes } from "../../tensor/arguments.ts";
import { checkOptions } from "../../tensor/options.ts";
import { withinAsync } from "../../tensor/within.ts";
import { fileError } from "../file-error.ts";
import { type ClassFolder, checkClasses, checkNames } from "./class-folders.ts";
import { followLinks, sameFolders } from "./links.ts";
import { extensionOf, pictureKind } from "./names.ts";
import { count, type FolderLink, listFolder, walkPictures } from "./tree.ts";

/** A picture file of a folder with its class. */
export interface PictureFile {
  readonly path: string;
  /** The index of its class. */
  readonly label: number;
  readonly bytes: number;
  /** Time of the last change, in milliseconds. */
  readonly changed: number;
}

/** The pictures of a folder with a subfolder for each class, and what else is in it. */
export interface PictureFiles {
  readonly directory: string;
  /** The names of the subfolders, with accents composed (NFC) and without spaces at their ends. */
  readonly classes: readonly string[];
  readonly files: readonly PictureFile[];
  /** The number of files of each extension (".heic", ".txt", "" for none) that are no pictures or are in a format that is not read. */
  readonly passedOver: ReadonlyMap<string, number>;
  /** The number of pictures beside the folders of the classes; they are in no class and are passed over. */
  readonly loose: number;
  /** For each class whose folder has subfolders with pictures: their paths within it. Their pictures belong to the class. */
  readonly merged: ReadonlyMap<string, readonly string[]>;
  readonly links: readonly FolderLink[];
}

/**
 * Lists the pictures of a folder by the names of its files, without reading them. Each subfolder is a class, in the order of their names;
 * its pictures are all those below it, in the order of their paths. What belongs to an operating system or a program is left out. A link
 * to a folder is followed only where it is a class itself and its target does not contain the listed folder. Throws an error that names the
 * folder where there are fewer classes than `minClasses` (default 2), where a class has no pictures, where the names of two subfolders
 * differ only by the form of accents or by spaces, and where the subfolders may be parts of a data set rather than classes.
 */
export function listPictures(
  directory: string,
  options: { minClasses?: number | undefined } = {},
): Promise<PictureFiles> {
  takes("listPictures", arguments.length, 2);
  checkOptions("listPictures", options, { minClasses: true });
  return withinAsync("listPictures", () => list(directory, options.minClasses ?? 2));
}

async function list(directory: string, minClasses: number): Promise<PictureFiles> {
  const { files, folders, links } = await listFolder(directory);
  const passedOver = new Map<string, number>();
  const loose = files.filter((name) => pictureKind(name) === "picture").length;
  const followed = await followLinks(directory, links);
  const names = [...folders, ...followed.classes].sort((a, b) => (className(a) < className(b) ? -1 : 1));
  if (names.length === 0)
    throw fileError(
      "listPictures",
      directory,
      `no folders in it; each class needs one, with its pictures${loose === 0 ? "" : ` (pictures in no folder: ${loose})`}`,
    );
  checkNames(directory, names);
  const classes: ClassFolder[] = [];
  for (const name of names) {
    const path = join(directory, name);
    classes.push({ name: className(name), path, tree: await walkPictures(path) });
  }
  checkClasses(directory, classes, minClasses);
  const otherFiles = files.filter((name) => pictureKind(name) !== "picture");
  for (const name of otherFiles) count(passedOver, extensionOf(name));
  for (const { tree } of classes) for (const [extension, n] of tree.passedOver) count(passedOver, extension, n);
  return {
    directory,
    classes: classes.map(({ name }) => name),
    files: measureFiles(classes.flatMap(({ tree }, label) => tree.pictures.map((path) => ({ path, label })))),
    passedOver,
    loose,
    merged: new Map(
      classes.flatMap(({ name, tree }) => (tree.subfolders.length === 0 ? [] : [[name, tree.subfolders] as const])),
    ),
    links: [
      ...followed.circles,
      ...classes.flatMap(({ tree }) => tree.links),
      ...(await sameFolders(classes, followed.classes.length > 0)),
    ],
  };
}

/**
 * Adds size and time to each file. A file whose status cannot be read stays in the list, since the later attempt to read it reports the
 * reason. The calls are synchronous, which is faster than 60,000 promises.
 */
function measureFiles(found: readonly { path: string; label: number }[]): PictureFile[] {
  return found.map((file) => {
    try {
      const { size, mtimeMs } = statSync(file.path);
      return { ...file, bytes: size, changed: mtimeMs };
    } catch {
      return { ...file, bytes: 0, changed: 0 };
    }
  });
}
