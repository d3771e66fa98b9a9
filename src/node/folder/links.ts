// Links to folders among the folders of a picture folder. A link to a folder that contains it is not followed: every class would be a part
// of another class, or the search would not end. Two classes that are the same folder are reported.
import { join, sep } from "node:path";
import type { ClassFolder } from "./class-folders.ts";
import { type FolderLink, withoutLinks } from "./tree.ts";

/** Divides the links in a folder: `classes` may be classes; `circles` lead to the folder itself or to one that contains it. */
export async function followLinks(
  directory: string,
  links: readonly string[],
): Promise<{ readonly classes: readonly string[]; readonly circles: readonly FolderLink[] }> {
  const realDirectory = await withoutLinks(directory);
  const classes: string[] = [];
  const circles: FolderLink[] = [];
  for (const name of links) {
    const path = join(directory, name);
    const target = await withoutLinks(path);
    if (realDirectory === target || realDirectory.startsWith(target.endsWith(sep) ? target : target + sep))
      circles.push({ path, target, reason: "circle" });
    else classes.push(name);
  }
  return { classes, circles };
}

/** Finds the classes that are the same folder as an earlier class, or as the target of an earlier class that is a link. */
export async function sameFolders(classes: readonly ClassFolder[], hasLinks: boolean): Promise<FolderLink[]> {
  if (!hasLinks) return [];
  const seen = new Set<string>();
  const duplicates: FolderLink[] = [];
  for (const { path } of classes) {
    const target = await withoutLinks(path);
    if (seen.has(target)) duplicates.push({ path, target, reason: "same" });
    seen.add(target);
  }
  return duplicates;
}
