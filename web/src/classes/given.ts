// Pictures that the visitor drops, pastes or chooses. A dropped folder is a class: its pictures, also those in folders within, get its name.
import type { Origin } from "./list.ts";
import type { Shown } from "./messages.ts";

/** A picture that is given: where it comes from, and its file or pixels. */
export interface Given {
  readonly name: string;
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
export const filesAsGiven = (files: readonly File[]): Promise<Given[]> =>
  Promise.all(
    files.map(async (file) => ({
      name: file.name,
      origin: "file",
      shown: { kind: "file", file: await drawable(file) },
    })),
  );

/** The side at which a drawing in vectors is drawn. */
const vectorSide = 448;

/** Workers cannot decode SVG, so the page draws it; all other files stay as they are. A broken file goes on to the worker, which names it. */
async function drawable(file: File): Promise<Blob> {
  if (file.type !== "image/svg+xml" && !/\.svg$/i.test(file.name)) return file;
  const url = URL.createObjectURL(new Blob([file], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const longer = Math.max(image.naturalWidth, image.naturalHeight, 1);
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round((vectorSide * (image.naturalWidth || longer)) / longer));
    canvas.height = Math.max(1, Math.round((vectorSide * (image.naturalHeight || longer)) / longer));
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise<Blob>((resolve) => canvas.toBlob((blob) => resolve(blob ?? file), "image/png"));
  } catch {
    return file;
  } finally {
    URL.revokeObjectURL(url);
  }
}
