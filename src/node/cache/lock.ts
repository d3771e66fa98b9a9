// A lock file beside a cache, so that only one process at a time writes it. It holds the machine's name and the process's number, and its
// time is renewed with each block. The lock of a process that was killed is taken over.
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";

export interface Lock {
  /** Tells other processes that this one is still writing. */
  renew(): void;
  release(): void;
}

/** A lock that was not renewed for this time is that of a process that has ended: a block takes seconds at most. */
const maxAgeMs = 180_000;

/** The locks of this process: another process of the same number may have been killed with a lock in its hands. */
const own = new Set<string>();

/** Locks the file; null where another process, or another call of this one, has it locked. Throws a system error where no file can be made. */
export function lock(file: string): Lock | null {
  const path = `${file}.lock`;
  const text = `${hostname()} ${process.pid}`;
  if (!create(path, text) && !(isFree(path) && create(path, text))) return null;
  own.add(path);
  return {
    renew: () => {
      try {
        const now = new Date();
        utimesSync(path, now, now);
      } catch {}
    },
    release: () => {
      own.delete(path);
      rmSync(path, { force: true });
    },
  };
}

function create(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: "wx" });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** Whether the lock's process has ended; the lock is then removed. */
function isFree(path: string): boolean {
  const moved = `${path}.${process.pid}`;
  try {
    const holder = readFileSync(path, "utf8");
    if (isHeld(path, holder)) return false;
    renameSync(path, moved);
    const isSame = readFileSync(moved, "utf8") === holder;
    // Another process has taken the lock over in the meantime: it gets it back.
    if (!isSame) linkSync(moved, path);
    return isSame;
  } catch {
    return false;
  } finally {
    rmSync(moved, { force: true });
  }
}

function isHeld(path: string, holder: string): boolean {
  const [machine, id] = holder.split(" ");
  if (Date.now() - statSync(path).mtimeMs > maxAgeMs) return own.has(path);
  // Another machine's processes cannot be asked, and an empty lock is just being written.
  if (machine !== hostname() || id === undefined) return true;
  if (Number(id) === process.pid) return own.has(path);
  try {
    process.kill(Number(id), 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
