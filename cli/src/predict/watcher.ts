// Finds the pictures that come into folders, for predict --watch. The folders are looked through again and again, since not every file
// system tells of changes; where one does, the next look comes at once. A picture is taken when its file no longer grows, and taken again
// when its file has changed.
import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { findPictures } from "chainrule/node";
import { reading } from "../failure.ts";

export interface WatchOptions {
  readonly signal: AbortSignal;
  /** Milliseconds between two looks, unless the system tells of a change. */
  readonly pause?: number;
  /** Milliseconds for which a file has to stay the same before it is taken. */
  readonly settle?: number;
}

interface Seen {
  /** Tells the file from what it was before, or what stood in its place. */
  readonly version: string;
  readonly since: number;
  readonly isTaken: boolean;
}

/** Looks take at most this part of the time. */
const workingShare = 0.1;

/**
 * The pictures that are in the folders, and those that come, some at a time, until the signal. Throws BadInput where a folder can no longer
 * be read.
 */
export async function* comingPictures(
  folders: readonly string[],
  { signal, pause = 1000, settle = 700 }: WatchOptions,
): AsyncGenerator<readonly string[]> {
  let change = new AbortController();
  const systems = folders.flatMap((folder) => listen(folder, () => change.abort()));
  let seen: ReadonlyMap<string, Seen> = new Map();
  try {
    while (!signal.aborted) {
      change = new AbortController();
      const began = performance.now();
      const { files, found } = await look(folders, seen, settle);
      seen = files;
      const took = performance.now() - began;
      if (found.length > 0) yield found;
      const isWaiting = [...files.values()].some(({ isTaken }) => !isTaken);
      const least = Math.max(settle / 2, took / workingShare);
      await rest(least, signal);
      if (!isWaiting && pause > least) await rest(pause - least, AbortSignal.any([signal, change.signal]));
    }
  } finally {
    for (const system of systems) system.close();
  }
}

/** Waits; shorter where the signal comes. */
const rest = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  wait(milliseconds, undefined, { signal }).catch(() => {});

/** Lets the system tell of changes in the folder itself. Where it cannot, the looks alone find what is new. */
function listen(folder: string, changed: () => void): FSWatcher[] {
  try {
    const system = watch(folder, changed);
    system.on("error", () => system.close());
    return [system];
  } catch {
    return [];
  }
}

/** Looks through the folders once: what is in them now, and what of it is new and whole. */
async function look(folders: readonly string[], before: ReadonlyMap<string, Seen>, settle: number) {
  const files = new Map<string, Seen>();
  const found: string[] = [];
  for (const folder of folders) {
    const { pictures } = await reading(() => findPictures(folder));
    for (const file of pictures) {
      const version = await versionOf(file);
      if (version === null || files.has(file)) continue;
      const known = before.get(file);
      const now = performance.now();
      const state = known?.version === version ? known : { version, since: now, isTaken: false };
      const isTaken = state.isTaken || now - state.since >= settle;
      if (isTaken && !state.isTaken) found.push(file);
      files.set(file, { ...state, isTaken });
    }
  }
  return { files, found };
}

/** The file's size, time of its last change and number on the disk; null where it is gone, or still empty. */
async function versionOf(file: string): Promise<string | null> {
  const status = await stat(file).catch(() => null);
  return status?.isFile() && status.size > 0 ? `${status.size} ${status.mtimeMs} ${status.ino}` : null;
}
