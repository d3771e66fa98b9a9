// A lock file beside a cache, so that only one process at a time writes it. The lock file holds the machine's name and the process's
// number, and its time is renewed with each block. The lock of a process that was killed is taken over.
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { systemCode } from "../system-error.ts";

export interface Lock {
  /** Tells other processes that this one is still writing. */
  renew(): void;
  release(): void;
}

/** If a lock was not renewed for this time, its process has ended: a block takes seconds at most. */
const maxAgeMs = 180_000;

/** The locks that this process holds. Its number in a lock file is no proof: a process that was killed may have had the same number. */
const ownLocks = new Set<string>();

/** Locks the file; null where another process, or another call of this one, has it locked. Throws a system error where no file can be made. */
export function lock(file: string): Lock | null {
  const path = `${file}.lock`;
  const text = `${hostname()} ${process.pid}`;
  if (!create(path, text) && !(isFree(path) && create(path, text))) return null;
  ownLocks.add(path);
  return {
    renew: () => {
      try {
        const now = new Date();
        utimesSync(path, now, now);
      } catch {}
    },
    release: () => {
      ownLocks.delete(path);
      rmSync(path, { force: true });
    },
  };
}

function create(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: "wx" });
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** Whether the lock's process has ended; the lock is then removed. */
function isFree(path: string): boolean {
  const movedPath = `${path}.${process.pid}`;
  try {
    const holder = readFileSync(path, "utf8");
    if (isHeld(path, holder)) return false;
    renameSync(path, movedPath);
    const isSame = readFileSync(movedPath, "utf8") === holder;
    // If another process has taken the lock over in the meantime, its file is put back.
    if (!isSame) linkSync(movedPath, path);
    return isSame;
  } catch {
    return false;
  } finally {
    rmSync(movedPath, { force: true });
  }
}

function isHeld(path: string, holder: string): boolean {
  const [machine, id] = holder.split(" ");
  if (Date.now() - statSync(path).mtimeMs > maxAgeMs) return ownLocks.has(path);
  // The processes of another machine cannot be checked, and an empty lock is being written.
  if (machine !== hostname() || id === undefined) return true;
  if (Number(id) === process.pid) return ownLocks.has(path);
  try {
    process.kill(Number(id), 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}
