// Pictures that the visitor drops, pastes or chooses. A dropped folder is a class: its pictures, also those in folders within, get its name.
import { withDrawn } from "../images/files/drawn-files.ts";
import type { Origin } from "./list.ts";
import type { Shown } from "./messages.ts";

/** A picture that is given: where it comes from, and its file or pixels. */
export interface Given {
  readonly origin: Origin;
  readonly shown: Shown;
}

export interface Dropped {
  /** The name of the dropped folder; null for files that were dropped alone. */
  readonly folder: string | null;
  readonly files: readonly File[];
}

/** Files of a folder that begin with a dot, and notes of file managers, are no pictures of the visitor. */
const isOfSystem = (name: string): boolean => name.startsWith(".") || /^(thumbs\.db|desktop\.ini)$/i.test(name);

/** What was dropped: single files together, and each folder. Must be called while the event is handled. */
export async function droppedOf(transfer: DataTransfer): Promise<Dropped[]> {
  // The list is empty once the event is over, so all entries are taken first.
  const entries = [...transfer.items].map((item) => ({
    entry: item.webkitGetAsEntry?.() ?? null,
    file: item.getAsFile(),
  }));
  const single = entries.flatMap(({ entry, file }) => (entry?.isDirectory !== true && file !== null ? [file] : []));
  const folders = entries.flatMap(({ entry }) => (isFolder(entry) ? [entry] : []));
  const found: Dropped[] = single.length > 0 ? [{ folder: null, files: single }] : [];
  for (const folder of folders) found.push({ folder: folder.name, files: await filesIn(folder) });
  return found;
}

const isFolder = (entry: FileSystemEntry | null): entry is FileSystemDirectoryEntry => entry?.isDirectory === true;

async function filesIn(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const files: File[] = [];
  const reader = folder.createReader();
  // A reader gives a part of the entries each time, and an empty list at the end.
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return files;
    for (const entry of entries) {
      if (isOfSystem(entry.name)) continue;
      if (isFolder(entry)) files.push(...(await filesIn(entry)));
      else files.push(await fileOf(entry as FileSystemFileEntry));
    }
  }
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

/** Files as pictures for a class. */
export const filesAsGiven = async (files: readonly File[]): Promise<Given[]> =>
  (await withDrawn(files)).map((file) => ({ origin: "file", shown: { kind: "file", file } }));
