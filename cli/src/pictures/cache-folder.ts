// The folder in which decoded pictures are kept for the next time: one for all data sets of a user, of a bounded size. After any failure
// there the pictures are decoded again.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, realpathSync, rmSync, statSync, utimesSync } from "node:fs";
import { homedir } from "node:os";
import { basename, isAbsolute, join, resolve } from "node:path";
import type { Framing } from "chainrule/data";
import { reasonOf } from "../failure.ts";
import { makeFolder } from "../make-folder.ts";

/** The bound of all files together, and so of each. */
export const maxCacheBytes = 2 ** 31;

/** What the files of the folder end in: decoded pictures, and the features that a backbone makes of pictures. */
const extensions = [".pictures", ".features"] as const;

/** The folder: CHAINRULE_CACHE, or the system's folder for caches. */
export function cacheFolder(env: Readonly<NodeJS.ProcessEnv> = process.env, platform = process.platform): string {
  if (env.CHAINRULE_CACHE) return resolve(env.CHAINRULE_CACHE);
  const home = env.HOME || homedir();
  if (platform === "win32") return join(env.LOCALAPPDATA || join(home, "AppData", "Local"), "chainrule", "cache");
  if (platform === "darwin") return join(home, "Library", "Caches", "chainrule");
  const { XDG_CACHE_HOME: base = "" } = env;
  return join(isAbsolute(base) ? base : join(home, ".cache"), "chainrule");
}

export interface CachePlace {
  /** The cache file; null where there is none. */
  readonly file: string | null;
  /** The reason, in words; null where there is a file or none is wanted. */
  readonly problem: string | null;
}

export interface CacheWanted {
  readonly directory: string;
  /** The number of pictures. */
  readonly count: number;
  /** The size, the framing and the channels in which the pictures are kept. */
  readonly form: readonly [size: readonly [height: number, width: number], framing: Framing, channels: 1 | null];
}

/** The cache file for a folder and a way of reading it, in a folder that has room for it. */
export function cachePlace({ directory, count, form }: CacheWanted): CachePlace {
  // A grey picture has one plane, a coloured one three.
  const [[height, width]] = form;
  return placeOf({ directory, bytes: count * height * width, form, extension: ".pictures" });
}

export interface PlaceWanted {
  readonly directory: string;
  /** The least that the file will take. */
  readonly bytes: number;
  /** What tells it from other files of the directory; JSON can hold it. */
  readonly form: unknown;
  readonly extension: (typeof extensions)[number];
  /** The most that the file may take; default: the bound of all files. */
  readonly limit?: number;
}

export function placeOf({ directory, bytes, form, extension, limit = maxCacheBytes }: PlaceWanted): CachePlace {
  if (bytes > limit)
    return { file: null, problem: `they take ${amount(bytes)} or more, and at most ${amount(limit)} are kept` };
  let folder = "";
  try {
    folder = cacheFolder();
    const place = realpathSync(directory);
    const way = createHash("sha256")
      .update(JSON.stringify([place, form]))
      .digest("hex")
      .slice(0, 12);
    const name =
      basename(place)
        .replace(/[^\p{L}\p{N}._-]/gu, "_")
        .slice(0, 40) || "pictures";
    makeFolder(folder);
    const file = join(folder, `${name}-${way}${extension}`);
    // A file that is there already has its room.
    if (!existsSync(file) && bytes <= maxCacheBytes) makeRoom(folder, { bytes, except: file });
    return { file, problem: null };
  } catch (error) {
    return { file: null, problem: `${folder}: ${reasonOf(error)}` };
  }
}

/** Records that the file was used, and keeps the folder within its bound. */
export function endUse(file: string): void {
  try {
    const now = new Date();
    utimesSync(file, now, now);
    const bytes = statSync(file).size;
    if (bytes <= maxCacheBytes) makeRoom(resolve(file, ".."), { bytes, except: file });
  } catch {}
}

/**
 * Removes the files that were not used for the longest time until `bytes` more fit. A file that is being written stays. One that is larger
 * than the bound was asked for with --cache-limit: it stays too, and does not count.
 */
function makeRoom(folder: string, { bytes, except }: { readonly bytes: number; readonly except: string }): void {
  const files = cacheFiles(folder)
    .filter(({ path, bytes: size }) => path !== except && size <= maxCacheBytes)
    .sort((a, b) => a.used - b.used);
  let total = bytes + files.reduce((sum, file) => sum + file.bytes, 0);
  for (const file of files) {
    if (total <= maxCacheBytes) return;
    if (existsSync(`${file.path}.lock`)) continue;
    rmSync(file.path, { force: true });
    total -= file.bytes;
  }
}

/** The size of all cache files in a folder. */
export const cachedBytes = (folder: string): number => cacheFiles(folder).reduce((sum, { bytes }) => sum + bytes, 0);

const cacheFiles = (folder: string) =>
  readdirSync(folder)
    .filter((name) => extensions.some((extension) => name.endsWith(extension)))
    .map((name) => join(folder, name))
    .map((path) => ({ path, ...statsOf(path) }));

function statsOf(path: string): { readonly bytes: number; readonly used: number } {
  const status = statSync(path, { throwIfNoEntry: false });
  return { bytes: status?.size ?? 0, used: status?.mtimeMs ?? 0 };
}

/** A number of bytes as people read it. */
export const amount = (bytes: number): string =>
  bytes < 1e6
    ? `${Math.ceil(bytes / 1e3)} kB`
    : bytes < 1e9
      ? `${Math.round(bytes / 1e6)} MB`
      : `${(bytes / 1e9).toFixed(1)} GB`;
