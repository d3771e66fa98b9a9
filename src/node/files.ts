// Reads and writes whole files. A path that is not an ordinary file is refused before it is opened (a pipe would wait for ever, a device
// never ends), and a written file appears under its name complete or not at all.

import { open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ChainruleError, wordsOf } from "../errors/error.ts";
import { withinAsync } from "../tensor/within.ts";
import { fileError } from "./file-error.ts";
import { systemCode, systemReason } from "./system-error.ts";

/** Reads a whole ordinary file of at most `maxBytes` bytes. Errors name the file and say what is wrong with it. */
export async function readBytes(file: string, maxBytes = 2 ** 31 - 1): Promise<Uint8Array> {
  const status = await stat(file).catch((error) => explain(file, error));
  checkOrdinary(file, status);
  const { size } = status;
  if (size > maxBytes)
    throw fileError("readBytes", file, `the file has ${size} bytes, and at most ${maxBytes} are read`, {
      size,
      maxBytes,
    });
  return await readFile(file).catch((error) => explain(file, error));
}

/**
 * Writes a file by way of a partial file beside it, which is then renamed: other programs see the old contents or the new, always whole.
 * A write that fails leaves nothing behind, and an existing file keeps its contents.
 */
export function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  return withinAsync("writeWhole", () => write(file, bytes));
}

async function write(file: string, bytes: Uint8Array): Promise<void> {
  const target = await resolveTarget(file);
  const partial = partialOf(target);
  try {
    const handle = await open(partial, "wx");
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => {});
    explain(file, error);
  }
}

/** Throws the error that `writeWhole` would throw, so that a program can report it before long work. Leaves nothing behind. */
export function checkWritable(file: string): Promise<void> {
  return withinAsync("checkWritable", () => tryWriting(file));
}

async function tryWriting(file: string): Promise<void> {
  const partial = partialOf(await resolveTarget(file));
  try {
    await (await open(partial, "wx")).close();
    await rm(partial);
  } catch (error) {
    explain(file, error);
  }
}

/** The path to write to. A link is followed, so that it stays a link; a target that is not a file is refused. */
export async function resolveTarget(file: string): Promise<string> {
  const folder = await stat(dirname(file)).catch(() => null);
  if (folder === null)
    throw fileError("writeWhole", file, `the folder ${dirname(file)} does not exist; create it first`);
  if (!folder.isDirectory()) throw fileError("writeWhole", file, `${dirname(file)} is not a folder`);
  const target = await realpath(file).catch(() => file);
  const existing = await stat(target).catch(() => null);
  if (existing !== null && !existing.isFile())
    throw fileError(
      "writeWhole",
      file,
      `is a ${existing.isDirectory() ? "folder" : "device"}, not a file; give a file name`,
    );
  return target;
}

const partialOf = (target: string) => join(dirname(target), `.${basename(target)}.${process.pid}.partial`);

interface Status {
  isDirectory(): boolean;
  isFile(): boolean;
}

/** Throws unless the status is that of an ordinary file. */
export function checkOrdinary(file: string, status: Status): void {
  if (status.isDirectory()) throw fileError("readBytes", file, "is a folder, not a file");
  if (!status.isFile()) throw fileError("readBytes", file, "is not an ordinary file");
}

/** Throws a system error again with its code in words; any other error is thrown as it is. */
export function explain(file: string, error: unknown): never {
  if (error instanceof ChainruleError || (systemCode(error) === "" && error instanceof Error)) throw error;
  throw fileError("readBytes", file, systemReason(error) ?? wordsOf(error), { cause: error });
}
