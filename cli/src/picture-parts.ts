// One folder with a folder for each class: found, read with everybody kept informed, and brought into line with others.
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
  /** What to learn from. */
  readonly base: string;
  readonly test: string | null;
  readonly validation: string | null;
}

/** A folder called train is the pictures to learn from, unless it holds pictures itself: then it is a class (of railways). */
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
  /** The data's, which the cache is called by. */
  readonly name: string;
  /** What they have to be brought to; `size` is then what they may be kept in. */
  readonly exactly?: readonly [height: number, width: number];
}

/** At most so many unreadable pictures are named. */
const mostNamed = 20;

export async function readPictures(directory: string, wanted: Wanted): Promise<ImageFolder> {
  const { screen, skipBroken, check, exactly, keep } = wanted;
  const cache = cacheFile(directory, wanted);
  const cached = keep || isKept(cache);
  const size = exactly === undefined || cached ? wanted.size : exactly;
  const progress = new ReadingProgress(screen, directory);
  const read = (options: { cache?: string; size: readonly [number, number] | null }) =>
    loadImageFolder(directory, {
      ...{ skipBroken, cache: options.cache, size: options.size === null ? undefined : [...options.size] },
      onProgress: (done, total) => {
        check();
        progress.show(done, total);
      },
    });
  try {
    const found = await reading(() => read({ size, cache: cached ? cache : undefined })).catch(inWords);
    const [, , height, width] = found.images.shape;
    const fits = exactly === undefined || exactly.join() === [height, width].join();
    const data = fits ? found : await reading(() => read({ size: exactly })).catch(inWords);
    progress.end(data.labels.size);
    tellSkipped(data, wanted);
    return data;
  } finally {
    progress.stop();
  }
}

/** A name that says whose pictures they are, and differs for folders of the same name. */
function cacheFile(directory: string, { name, cacheIn }: Wanted): string {
  const place = createHash("sha256").update(realpathSync(directory)).digest("hex").slice(0, 6);
  return join(cacheIn, `${name}-${place}.pictures`);
}

/** Where the folder is not to be written to, what is kept there is of no use: the loader would bring it up to date. */
function isKept(cache: string): boolean {
  try {
    accessSync(dirname(cache), constants.W_OK);
    return existsSync(cache);
  } catch {
    return false;
  }
}

/** The pictures that the library names as unreadable, with the option of the command line that passes over them. */
function inWords(error: unknown): never {
  const cause = error instanceof BadInput ? error.cause : null;
  if (!(cause instanceof ChainruleError) || !Array.isArray(cause.details.problems)) throw error;
  const problems: readonly Skipped[] = cause.details.problems;
  const lines = problems.slice(0, mostNamed).map(({ file, problem }) => `${file}: ${problem}`);
  if (problems.length === 1) throw new BadInput(`${lines[0]} (remove it, or skip it with --skip-broken)`, { cause });
  const head = `${problems.length} of ${cause.details.total} pictures cannot be read; remove them, or skip them with --skip-broken:`;
  const rest = problems.length - lines.length;
  throw new BadInput([head, ...lines, ...(rest > 0 ? [`and ${rest} more`] : [])].join("\n"), { cause });
}

function tellSkipped({ skipped }: ImageFolder, { screen }: Wanted): void {
  for (const { file, problem } of skipped) screen.event("skipped", { file, problem });
  if (skipped.length === 0) return;
  screen.say(`skipped, as they cannot be read: ${thousands(skipped.length)}`);
  for (const { file, problem } of skipped.slice(0, mostNamed)) screen.say(`  ${file}: ${problem}`);
  if (skipped.length > mostNamed) screen.say(`  and ${thousands(skipped.length - mostNamed)} more`);
}

/** The same pictures with their labels counted in other classes, which they must be among. */
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

/** Grey pictures are coloured ones too; coloured ones among grey are a mistake. */
export function inChannels(
  data: Dataset,
  { channels, name, wanted }: { readonly channels: number; readonly name: string; readonly wanted: string },
): Dataset {
  const [count, own, height, width] = data.images.shape;
  if (own === channels) return data;
  if (own > channels)
    throw new BadInput(`${name}: the pictures are ${colours(own)}, ${wanted}; bring them to grey first`);
  const plane = height * width;
  const bytes = new Uint8Array(count * channels * plane);
  for (let n = 0; n < count; n++)
    for (let c = 0; c < channels; c++)
      bytes.set(data.images.data.subarray(n * plane, (n + 1) * plane), (n * channels + c) * plane);
  return { ...data, images: tensor(bytes, { shape: [count, channels, height, width] }) };
}
