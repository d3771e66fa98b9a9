// The folders that options name: checked before any picture is read, made when the first file comes.
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { systemCode } from "chainrule/node";
import { BadInput, reasonOf } from "../failure.ts";
import { makeFolder } from "../make-folder.ts";

/** Throws BadInput unless files can be made in the folder `place`: `into`, or the nearest folder above it that exists. */
export async function checkFolder(option: string, into: string, place = resolve(into)): Promise<void> {
  const status = await stat(place).catch(() => null);
  if (status === null && dirname(place) !== place) return checkFolder(option, into, dirname(place));
  const problem = status?.isDirectory()
    ? await access(place, constants.W_OK | constants.X_OK).then(() => null, reasonOf)
    : "is not a folder";
  if (problem !== null) throw new BadInput(`${option} ${into}: ${place}: ${problem}; give another folder`);
}

/** Makes the folder and those above it. Throws BadInput where it cannot be made. */
export function makeTarget(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    throw systemCode(error) === "" ? error : new BadInput(`${folder}: ${reasonOf(error)}`, { cause: error });
  }
}
