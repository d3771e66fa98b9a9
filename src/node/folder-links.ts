// Links to folders among the folders of a picture folder. One that leads to a folder that contains it would make every class part of
// another, or lead in a circle; two classes that are the same folder are told.
import { join, sep } from "node:path";
import type { ClassFolder } from "./class-folders.ts";
import { withoutLinks } from "./picture-tree.ts";

/** The link `path` to the folder `target`: why it is no class, or that it is one although another class is the same folder. */
export interface FolderLink {
  readonly path: string;
  readonly target: string;
  /** "circle": leads to a folder that contains it. "nested": lies within a class. Both are passed over. "same": a class like another. */
  readonly reason: "circle" | "nested" | "same";
}

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

/** Links to folders within classes. */
export async function nestedLinks(classes: readonly ClassFolder[]): Promise<FolderLink[]> {
  const paths = classes.flatMap(({ tree }) => tree.links);
  return Promise.all(
    paths.map(async (path): Promise<FolderLink> => ({ path, target: await withoutLinks(path), reason: "nested" })),
  );
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
