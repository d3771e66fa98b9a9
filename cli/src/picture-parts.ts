// Reads one folder with a subfolder for each class, shows the progress, and adapts the pictures to the classes and channels of another.
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { ChainruleError, tensor } from "chainrule";
import type { Dataset } from "chainrule/data";
import { type ImageFolder, loadImageFolder, type Skipped } from "chainrule/node";
import { BadInput, reading } from "./failure.ts";
import type { Reading } from "./reading.ts";
import { ReadingProgress } from "./reading-progress.ts";
import { thousands } from "./screen.ts";

export interface Layout {
  /** The training pictures. */
  readonly base: string;
  readonly test: string | null;
  readonly validation: string | null;
}

/** A folder called train holds the training pictures, unless it has no subfolders: then it is a class (of railways). */
export function layoutOf(directory: string): Layout {
  const part = (...names: string[]) =>
    names.map((name) => join(directory, name)).find((path) => existsSync(path) && holdsFolders(path)) ?? null;
  const base = part("train");
  if (base === null) return { base: directory, test: null, validation: null };
  return { base, test: part("test"), validation: part("validation", "val", "valid") };
}

function holdsFolders(path: string): boolean {
  if (!statSync(path).isDirectory()) return false;
  return readdirSync(path).some(
    (name) => !name.startsWith(".") && (statSync(join(path, name), { throwIfNoEntry: false })?.isDirectory() ?? false),
  );
}

interface Wanted extends Reading {
  /** The data's name, from which the cache file gets its name. */
  readonly name: string;
  /** The size that the pictures must have in the end; `size` is then the size that the cache may hold. */
  readonly exactly?: readonly [height: number, width: number];
}

/** A message names at most this many unreadable pictures. */
const maxNamedPictures = 20;

export async function readPictures(directory: string, wanted: Wanted): Promise<ImageFolder> {
  const { screen, skipBroken, check, exactly, keep } = wanted;
  const cache = cacheFile(directory, wanted);
  const cached = keep || isUsableCache(cache);
  const size = exactly === undefined || cached ? wanted.size : exactly;
  const progress = new ReadingProgress(screen, directory);
  const read = (options: { cache?: string; size: readonly [number, number] | null }) =>
    loadImageFolder(directory, {
      skipBroken,
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

/** The same pictures with labels that count in `classes`. Throws BadInput where the data have a class that is not among them. */
export function withClasses(
  data: Dataset,
  { classes, name, than }: { readonly classes: readonly string[]; readonly name: string; readonly than: string },
): Dataset {
  const places = data.classes.map((own) => classes.indexOf(own));
  const unknown = data.classes.filter((_, label) => places[label] < 0);
  if (unknown.length > 0)
    throw new BadInput(
      `${name}: has ${unknown.length === 1 ? "a class" : "classes"} that ${than} does not have: ${listed(unknown)}; ${than} has ${classes.length} classes, ${listed(classes)}`,
    );
  return { images: data.images, labels: tensor(Int32Array.from(data.labels.data, (n) => places[n])), classes };
}

const listed = (names: readonly string[]) => names.slice(0, 8).join(", ") + (names.length > 8 ? ", ..." : "");

export const colours = (channels: number) => (channels === 1 ? "grey" : "coloured");

/** The same pictures in `channels`: grey pictures become coloured ones. Throws BadInput about coloured pictures where grey ones are wanted. */
export function inChannels(
  data: Dataset,
  { channels, name, wanted }: { readonly channels: number; readonly name: string; readonly wanted: string },
): Dataset {
  const [count, own, height, width] = data.images.shape;
  if (own === channels) return data;
  if (own > channels)
    throw new BadInput(`${name}: the pictures are ${colours(own)}, but ${wanted}; convert them to grey first`);
  const plane = height * width;
  const bytes = new Uint8Array(count * channels * plane);
  for (let n = 0; n < count; n++)
    for (let c = 0; c < channels; c++)
      bytes.set(data.images.data.subarray(n * plane, (n + 1) * plane), (n * channels + c) * plane);
  return { ...data, images: tensor(bytes, { shape: [count, channels, height, width] }) };
}
