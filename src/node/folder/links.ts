// Links to folders among the folders of a picture folder. One that leads to a folder that contains it would make every class part of
// another, or lead in a circle; two classes that are the same folder are told.
import { join, sep } from "node:path";
import type { ClassFolder } from "./class-folders.ts";
import { type FolderLink, withoutLinks } from "./tree.ts";

/** Of the links in a folder, those that may be classes, and those that lead to the folder itself or to one that contains it. */
export async function followLinks(
  directory: string,
  links: readonly string[],
): Promise<{ readonly classes: readonly string[]; readonly passed: readonly FolderLink[] }> {
  const own = await withoutLinks(directory);
  const classes: string[] = [];
  const passed: FolderLink[] = [];
  for (const name of links) {
    const path = join(directory, name);
    const target = await withoutLinks(path);
    if (own === target || own.startsWith(target.endsWith(sep) ? target : target + sep))
      passed.push({ path, target, reason: "circle" });
    else classes.push(name);
  }
  return { classes, passed };
}

/** Classes that are the same folder as a class before them, or as the folder to which a link before them leads. */
export async function sameFolders(classes: readonly ClassFolder[], anyLinks: boolean): Promise<FolderLink[]> {
  if (!anyLinks) return [];
  const seen = new Set<string>();
  const same: FolderLink[] = [];
  for (const { path } of classes) {
    const target = await withoutLinks(path);
    if (seen.has(target)) same.push({ path, target, reason: "same" });
    seen.add(target);
  }
  return same;
}
