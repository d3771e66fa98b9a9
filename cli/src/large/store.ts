// Where the decoded pictures of a large folder are kept: said before they are decoded, since they may take more than the disk has.
import { existsSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { BadInput } from "../failure.ts";
import { amount, cacheFolder, maxCacheBytes, placeOf } from "../pictures/cache-folder.ts";
import type { Screen } from "../terminal/screen.ts";

export interface Storing {
  readonly screen: Screen;
  readonly directory: string;
  /** The bytes of all decoded pictures of the folder. */
  readonly bytes: number;
  /** What tells the file from others of the folder. */
  readonly form: unknown;
  readonly cache: boolean;
  /** As it was typed; undefined where it was not. */
  readonly cacheLimit: number | undefined;
}

/** The cache file; undefined where nothing is kept. Throws BadInput where --cache-limit asks for more than the disk has. */
export function storeFor({ screen, directory, bytes, form, cache, cacheLimit }: Storing): string | undefined {
  if (!cache) {
    screen.say(`${directory}: each epoch decodes the pictures anew (--no-cache)`);
    return undefined;
  }
  const limit = cacheLimit ?? maxCacheBytes;
  const { file, problem } = placeOf({ directory, bytes, form, extension: ".pictures", limit });
  if (file === null) {
    const cure = bytes > limit ? `; --cache-limit ${limitFor(bytes)} keeps them in ${cacheFolder()}` : "";
    screen.say(`${directory}: each epoch decodes the pictures anew: ${problem}${cure}`);
    return undefined;
  }
  const free = freeBytes(dirname(file)) + (existsSync(file) ? statSync(file).size : 0);
  if (bytes <= free) {
    screen.say(
      `${directory}: decoded pictures are kept for later epochs in ${file}, up to ${amount(bytes)} of the ${amount(free)} that are free there; --no-cache keeps none`,
    );
    return file;
  }
  const lacking = `the decoded pictures take ${amount(bytes)}, and ${dirname(file)} has ${amount(free)} left`;
  if (cacheLimit !== undefined)
    throw new BadInput(
      `--cache-limit ${amount(cacheLimit).replace(" ", "")}: ${lacking}; make room, name another folder in CHAINRULE_CACHE, or give --no-cache: each epoch then decodes them anew`,
    );
  screen.say(`${directory}: each epoch decodes the pictures anew: ${lacking}`);
  return undefined;
}

/** The smallest limit in whole GB, "16GB". */
const limitFor = (bytes: number) => `${Math.ceil(bytes / 1e9)}GB`;

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
