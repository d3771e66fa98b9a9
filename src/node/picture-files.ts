// Lists the files of a picture folder with their classes, and makes a digest that changes when the folder changes.
import { statSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { digest } from "../data/fingerprint.ts";
import { fileError } from "./file-error.ts";
import { explain } from "./files.ts";
import { pictureNames } from "./picture-header.ts";

export interface PictureFile {
  readonly path: string;
  readonly label: number;
  readonly bytes: number;
  /** Time of the last change, in milliseconds. */
  readonly changed: number;
}

export interface PictureFiles {
  readonly classes: readonly string[];
  readonly files: readonly PictureFile[];
}

/**
 * Each subfolder is a class, in the order of their names; its pictures are all those below it, in the order of their paths. Names with a
 * leading dot are left out. A link to a folder is followed only where it is itself a class, to avoid circles.
 */
export async function listPictures(directory: string): Promise<PictureFiles> {
  const { folders } = await list(directory, { followFolders: true });
  if (folders.length === 0)
    throw fileError("loadImageFolder", directory, "no folders in it; each class needs one, with its pictures");
  const found: { path: string; label: number }[] = [];
  for (const [label, name] of folders.entries()) {
    const paths = await walk(join(directory, name));
    if (paths.length === 0)
      throw fileError(
        "loadImageFolder",
        join(directory, name),
        "no PNG or JPEG in it (nor a GIF or BMP); add pictures, or remove the folder",
      );
    for (const path of paths) found.push({ path, label });
  }
  if (folders.length === 1)
    throw fileError(
      "loadImageFolder",
      directory,
      `only one class, ${JSON.stringify(folders[0])}; a second folder of pictures is needed`,
    );
  return { classes: folders, files: measureFiles(found) };
}

async function walk(folder: string): Promise<string[]> {
  const { folders, pictures } = await list(folder, { followFolders: false });
  const paths = pictures.map((name) => join(folder, name));
  for (const name of folders) paths.push(...(await walk(join(folder, name))));
  return paths;
}

async function list(folder: string, { followFolders }: { followFolders: boolean }) {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error) => explain(folder, error));
  const folders: string[] = [];
  const pictures: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith(".")) continue;
    const leadsToFolder = async () => (await stat(join(folder, entry.name)).catch(() => null))?.isDirectory() ?? false;
    const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && (await leadsToFolder()));
    if (!isFolder && pictureNames.test(entry.name)) pictures.push(entry.name);
    else if (isFolder && (followFolders || !entry.isSymbolicLink())) folders.push(entry.name);
  }
  return { folders, pictures };
}

/**
 * Adds size and time to each file. One whose status cannot be read stays in the list: reading it reports the reason. The calls are
 * synchronous, which is faster than 60,000 promises.
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

/** A digest of the names, sizes and times of the files, the classes and the options; the folder's own path does not count. */
export function digestOf(directory: string, { classes, files }: PictureFiles, options: unknown): string {
  const lines = files.map(({ path, label, bytes, changed }) => [relative(directory, path), label, bytes, changed]);
  return digest([JSON.stringify([options, classes, lines])]);
}
