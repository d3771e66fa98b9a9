// Reads the pictures of one folder with a subfolder for each class, and shows the progress.
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { ChainruleError } from "chainrule";
import type { Framing } from "chainrule/data";
import { type ImageFolder, type ImageSurvey, loadImageFolder, type Skipped, surveyImageFolder } from "chainrule/node";
import { BadInput, reading } from "./failure.ts";
import type { Reading } from "./reading.ts";
import { ReadingProgress } from "./reading-progress.ts";
import { thousands } from "./screen.ts";

interface Wanted extends Reading {
  /** The data's name, from which the cache file gets its name. */
  readonly name: string;
  /** The size that the pictures must have in the end; `size` is then the size that the cache may hold. */
  readonly exactly?: readonly [height: number, width: number];
  readonly framing: Framing;
  /** The number of channels that the pictures must have, for which the cache is not used; without it, their own. */
  readonly channels?: number;
}

/** A message names at most this many unreadable pictures. */
const maxNamedPictures = 20;

/** What the names and headers show of a folder's pictures, before they are decoded. */
export async function surveyPictures(
  directory: string,
  { check, minClasses }: Pick<Reading, "check"> & { readonly minClasses?: number },
): Promise<ImageSurvey> {
  return reading(() => surveyImageFolder(directory, { minClasses, onProgress: check }));
}

export async function readPictures(survey: ImageSurvey, wanted: Wanted): Promise<ImageFolder> {
  const { screen, skipBroken, check, exactly, keep, framing } = wanted;
  const { directory } = survey;
  const cache = cacheFile(directory, wanted);
  const channels = wanted.channels === 1 ? 1 : wanted.channels === 3 ? 3 : undefined;
  const cached = channels === undefined && (keep || isUsableCache(cache));
  const size = exactly === undefined || cached ? wanted.size : exactly;
  const progress = new ReadingProgress(screen, directory);
  const read = (options: { cache?: string; size: readonly [number, number] | null }) =>
    loadImageFolder(survey, {
      skipBroken,
      framing,
      channels,
      cache: options.cache,
      size: options.size === null ? undefined : [...options.size],
      onProgress: (done, total) => {
        check();
        progress.show(done, total);
      },
    });
  try {
    const found = await reading(() => read({ size, cache: cached ? cache : undefined })).catch(rethrow);
    const [, , height, width] = found.images.shape;
    const fits = exactly === undefined || exactly.join() === [height, width].join();
    const data = fits ? found : await reading(() => read({ size: exactly })).catch(rethrow);
    progress.end(data.labels.size);
    tellSkipped(data, wanted);
    return data;
  } finally {
    progress.stop();
  }
}

/** The cache file: its name holds the data's name, and a hash of the folder's path, so that folders of the same name differ. */
function cacheFile(directory: string, { name, cacheIn }: Wanted): string {
  const place = createHash("sha256").update(realpathSync(directory)).digest("hex").slice(0, 6);
  return join(cacheIn, `${name}-${place}.pictures`);
}

/** Whether there is a cache, in a folder that can be written to: the loader may have to update it. */
function isUsableCache(cache: string): boolean {
  try {
    accessSync(dirname(cache), constants.W_OK);
    return existsSync(cache);
  } catch {
    return false;
  }
}

/** Throws the error again. If it names unreadable pictures, the message lists them, with the option that leaves them out. */
function rethrow(error: unknown): never {
  const cause = error instanceof BadInput ? error.cause : null;
  if (!(cause instanceof ChainruleError) || !Array.isArray(cause.details.problems)) throw error;
  const problems: readonly Skipped[] = cause.details.problems;
  const lines = problems.slice(0, maxNamedPictures).map(({ file, problem }) => `${file}: ${problem}`);
  if (problems.length === 1) throw new BadInput(`${lines[0]} (remove it, or skip it with --skip-broken)`, { cause });
  const head = `${problems.length} of ${cause.details.total} pictures cannot be read; remove them, or skip them with --skip-broken:`;
  const rest = problems.length - lines.length;
  throw new BadInput([head, ...lines, ...(rest > 0 ? [`and ${rest} more`] : [])].join("\n"), { cause });
}

function tellSkipped({ skipped }: ImageFolder, { screen }: Wanted): void {
  for (const { file, problem } of skipped) screen.event("skipped", { file, problem });
  if (skipped.length === 0) return;
  screen.say(`skipped because they cannot be read: ${thousands(skipped.length)}`);
  for (const { file, problem } of skipped.slice(0, maxNamedPictures)) screen.say(`  ${file}: ${problem}`);
  if (skipped.length > maxNamedPictures) screen.say(`  and ${thousands(skipped.length - maxNamedPictures)} more`);
}
