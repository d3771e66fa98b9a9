// predict --sort: copies each picture into a folder for its class. The sources are only read, and no file is ever overwritten: another
// picture of the same name gets a number. A copy appears under its name when it is whole.
import { constants } from "node:fs";
import { copyFile, link, lstat, open, readFile, realpath, rm, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, parse, relative, resolve, sep } from "node:path";
import { readBytes, systemCode } from "chainrule/node";
import { BadInput, reading, reasonOf } from "../failure.ts";
import type { Screen } from "../terminal/screen.ts";
import { counted, shortList, thousands } from "../wording.ts";
import type { Found, Output } from "./output.ts";
import { folderNames, safeFileName } from "./safe-name.ts";
import { checkFolder, makeTarget } from "./target-folder.ts";

/** The number of classes that the summary names. */
const maxSummarised = 20;

export class Sorting implements Output {
  readonly #into: string;
  readonly #classes: readonly string[];
  /** The folder of each class. */
  readonly #folders: readonly string[];
  /** The number of copies of each class. */
  readonly #copied = new Map<number, number>();
  /** The number of pictures that were there already. */
  #there = 0;

  private constructor(into: string, classes: readonly string[]) {
    this.#into = into;
    this.#classes = classes;
    this.#folders = folderNames(classes).map((name) => join(into, name));
  }

  /** Throws BadInput where the folder cannot be written to, or a class's folder lies within a folder that is read. `words`: the sources. */
  static async open(into: string, classes: readonly string[], words: readonly string[]): Promise<Sorting> {
    await checkFolder("--sort", into);
    const sorting = new Sorting(into, classes);
    const targets = await Promise.all([into, ...sorting.#folders].map(realPlace));
    for (const word of words) {
      if (!(await stat(word).catch(() => null))?.isDirectory()) continue;
      const source = await realPlace(word);
      if (targets.some((target) => isWithin(source, target)))
        throw new BadInput(`--sort ${into}: would copy into ${word}, which is read; give a folder outside of it`);
    }
    return sorting;
  }

  async take({ image, order: [best] }: Found): Promise<string | null> {
    const folder = this.#folders[best];
    let source: Source;
    try {
      source = { bytes: await reading(() => readBytes(image)), ...(await timesOf(image)) };
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      return error.message;
    }
    if (await this.#place(source, join(folder, safeFileName(image))))
      this.#copied.set(best, (this.#copied.get(best) ?? 0) + 1);
    else this.#there++;
    return null;
  }

  /** Returns whether a copy was made; false where the same picture is there. */
  async #place(source: Source, wanted: string): Promise<boolean> {
    const { dir, name, ext } = parse(wanted);
    let target = wanted;
    makeTarget(dir);
    try {
      for (let k = 2; ; ) {
        const state = await stateOf(target, source.bytes);
        if (state === "same") return false;
        if (state === "other") target = join(dir, `${name}-${k++}${ext}`);
        else if (await writeNew(target, source)) return true;
      }
    } catch (error) {
      if (systemCode(error) === "") throw error;
      throw new BadInput(`${target}: ${reasonOf(error)}`, { cause: error });
    }
  }

  fail(): void {}

  async finish(screen: Screen): Promise<string> {
    const counts = this.#classes.map((name, n) => ({
      class: name,
      folder: this.#folders[n],
      copied: this.#copied.get(n) ?? 0,
    }));
    screen.event("sorted", { folder: this.#into, classes: counts, there: this.#there });
    return this.#summary();
  }

  endEarly(): string {
    return `so far ${this.#summary()}`;
  }

  /** "3 pictures were copied into sorted: cat 2, dog 1" */
  #summary(): string {
    const order = [...this.#copied].sort(([, a], [, b]) => b - a);
    const total = order.reduce((sum, [, count]) => sum + count, 0);
    const names = order.map(([n, count]) => `${basename(this.#folders[n])} ${thousands(count)}`);
    const copied = `${total === 1 ? "1 picture was" : `${total === 0 ? "no" : thousands(total)} pictures were`} copied into ${this.#into}`;
    const there =
      this.#there > 0
        ? `; ${counted(this.#there, "picture was", "pictures were")} there already, with the same bytes`
        : "";
    return `${copied}${total > 0 ? `: ${shortList(names, maxSummarised)}` : ""}${there}`;
  }
}

interface Source {
  readonly bytes: Uint8Array;
  /** When the file was read and changed last. */
  readonly atime: Date;
  readonly mtime: Date;
}

async function timesOf(file: string): Promise<{ readonly atime: Date; readonly mtime: Date }> {
  const { atime, mtime } = await stat(file).catch((error) => {
    throw new BadInput(`${file}: ${reasonOf(error)}`);
  });
  return { atime, mtime };
}

async function stateOf(target: string, bytes: Uint8Array): Promise<"free" | "same" | "other"> {
  const status = await lstat(target).catch((error) => {
    if (systemCode(error) === "ENOENT") return null;
    throw error;
  });
  if (status === null) return "free";
  if (!status.isFile() || status.size !== bytes.length) return "other";
  // A file that cannot be read is not known to be the same.
  return (await readFile(target).catch(() => null))?.equals(bytes) ? "same" : "other";
}

/** Codes of file systems without hard links, such as FAT. */
const withoutLinks: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EISDIR"]);

/** Writes a file that is not there yet, whole or not at all; false where it has appeared meanwhile. */
async function writeNew(target: string, { bytes, atime, mtime }: Source): Promise<boolean> {
  const partial = join(dirname(target), `.chainrule-${process.pid}.partial`);
  try {
    const handle = await open(partial, "w");
    try {
      await handle.writeFile(bytes);
      await handle.utimes(atime, mtime);
    } finally {
      await handle.close();
    }
    // A link fails where the name is taken; a renaming would overwrite.
    await link(partial, target).catch((error) => {
      if (!withoutLinks.has(systemCode(error))) throw error;
      return copyFile(partial, target, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    await rm(partial, { force: true });
  }
}

/** The path without links; of a folder that does not exist, by way of the nearest one that does. */
async function realPlace(path: string): Promise<string> {
  const absolute = resolve(path);
  const real = await realpath(absolute).catch(() => null);
  if (real !== null || dirname(absolute) === absolute) return real ?? absolute;
  return join(await realPlace(dirname(absolute)), basename(absolute));
}

function isWithin(outer: string, inner: string): boolean {
  const way = relative(outer, inner);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
