// Makes a folder and those above it that there are not. Node's own recursion never ends in a file system that answers "no such folder" although
// the folder above exists, as /proc does.
import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { systemCode } from "chainrule/node";

/** Throws the system's error where the folder cannot be made. */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    const isThere = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
    if (systemCode(error) === "EEXIST" && isThere(folder)) return;
    const above = dirname(folder);
    if (systemCode(error) !== "ENOENT" || above === folder || isThere(above)) throw error;
    makeFolder(above);
    makeFolder(folder);
  }
}
