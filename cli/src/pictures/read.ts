// Reads the pictures of one folder with a subfolder for each class, and shows the progress. A folder is surveyed first: what the headers of
// its pictures show is refused before anything is decoded.
import { dirname } from "node:path";
import { ChainruleError } from "chainrule";
import type { Framing } from "chainrule/data";
import { type ImageFolder, type ImageSurvey, loadImageFolder, type Skipped, surveyImageFolder } from "chainrule/node";
import { BadInput, GaveUp, reading } from "../failure.ts";
import type { Screen } from "../terminal/screen.ts";
import { counted, thousands } from "../wording.ts";
import { amount, cachedBytes, cachePlace, endUse, maxCacheBytes } from "./cache-folder.ts";
import type { Reading } from "./options.ts";
import { ReadingProgress } from "./reading-progress.ts";

/** A message names at most this many unreadable pictures. */
const maxNamedPictures = 20;

/** Lists and measures the pictures. Throws BadInput where they cannot be used. */
export async function surveyPictures(
  directory: string,
  wanted: Reading & { readonly minClasses?: number },
): Promise<ImageSurvey> {
  const { screen, maxSide, minClasses, skipBroken, check } = wanted;
  const progress = new ReadingProgress(screen, directory, "looking through");
  try {
    const survey = await reading(() =>
      surveyImageFolder(directory, {
        maxSide,
        minClasses,
        onProgress: (done, total) => {
          check();
          progress.show(done, total);
        },
      }),
    );
    if (survey.problems.length > 0 && !skipBroken) throw unreadable(survey.problems, survey.files.length);
    return survey;
  } finally {
    progress.stop();
  }
}

interface Wanted extends Reading {
  readonly framing: Framing;
  /** 1: grey. Without it: 1 where every picture is grey, else 3. */
  readonly channels?: 1;
}

export async function readPictures(survey: ImageSurvey, wanted: Wanted): Promise<ImageFolder> {
  const { screen, skipBroken, check, framing, channels } = wanted;
  const { directory } = survey;
  const size = wanted.size ?? survey.size;
  const place = wanted.cache
    ? cachePlace({ directory, count: survey.files.length, form: [size, framing, channels ?? null] })
    : { file: null, problem: null };
  const progress = new ReadingProgress(screen, directory);
  let [readCount, cachedCount] = [0, 0];
  try {
    const data = await reading(() =>
      loadImageFolder(survey, {
        size,
        framing,
        channels,
        skipBroken,
        cache: place.file ?? undefined,
        maxCacheBytes,
        onProgress: (done, total, inCache) => {
          [readCount, cachedCount] = [done, inCache];
          check();
          progress.show(done, total);
        },
      }),
    );
    progress.end(data.labels.size, data.cache?.taken ?? 0);
    tellSkipped(data, screen);
    tellCache(screen, data, place.problem);
    return data;
  } catch (error) {
    if (error instanceof GaveUp)
      throw new GaveUp({ isResumable: cachedCount > 0 && cachedCount >= readCount - survey.problems.length });
    throw rephrased(error);
  } finally {
    progress.stop();
    if (place.file !== null) endUse(place.file);
  }
}

/** The screens on which a sentence about the cache was shown: a data set may have three folders. */
const informedScreens = new WeakSet<Screen>();

function tellCache(screen: Screen, { cache, files }: ImageFolder, noPlace: string | null): void {
  const problem = noPlace ?? cache?.problem ?? null;
  if (cache === null && problem === null) return;
  const isFirst = !informedScreens.has(screen);
  if (problem === null && (cache === null || cache.taken === files.length)) return;
  informedScreens.add(screen);
  if (!isFirst) return;
  if (problem !== null) screen.say(`the decoded pictures are not kept for the next time: ${problem}`);
  else if (cache !== null) {
    const folder = dirname(cache.file);
    screen.say(
      `decoded pictures are kept in ${folder} (${amount(cachedBytes(folder))} in all) for the next time; --no-cache keeps none`,
    );
  }
}

/** An error that names unreadable pictures gets a message that lists them, with the option that leaves them out. */
export function rephrased(error: unknown): unknown {
  const cause = error instanceof BadInput ? error.cause : null;
  if (!(cause instanceof ChainruleError) || !Array.isArray(cause.details.problems)) return error;
  return unreadable(cause.details.problems, Number(cause.details.total), cause);
}

function unreadable(problems: readonly Skipped[], total: number, cause?: unknown): BadInput {
  const lines = problems.slice(0, maxNamedPictures).map(({ file, problem }) => `${file}: ${problem}`);
  if (problems.length === 1) return new BadInput(`${lines[0]} (remove it, or skip it with --skip-broken)`, { cause });
  const head = `${problems.length} of ${total} pictures cannot be read; remove them, or skip them with --skip-broken:`;
  const rest = problems.length - lines.length;
  return new BadInput([head, ...lines, ...(rest > 0 ? [`and ${rest} more`] : [])].join("\n"), { cause });
}

function tellSkipped({ skipped }: ImageFolder, screen: Screen): void {
  for (const { file, problem } of skipped) screen.event("skipped", { file, problem });
  if (skipped.length === 0) return;
  const [are, they] = skipped.length === 1 ? ["is", "it"] : ["are", "they"];
  screen.say(`${counted(skipped.length, "picture")} ${are} skipped, because ${they} cannot be read:`);
  for (const { file, problem } of skipped.slice(0, maxNamedPictures)) screen.say(`  ${file}: ${problem}`);
  if (skipped.length > maxNamedPictures) screen.say(`  and ${thousands(skipped.length - maxNamedPictures)} more`);
}
