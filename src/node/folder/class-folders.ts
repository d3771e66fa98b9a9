// Checks that the subfolders of a picture folder are its classes. Where they cannot be classes, or may be parts of a data set instead, the
// error says what was found and what to do.
import { basename, dirname, join } from "node:path";
import { classKey, className } from "../../data/class-names.ts";
import type { ChainruleError } from "../../errors/error.ts";
import { fileError } from "../file-error.ts";
import { pictureKind } from "./names.ts";
import type { PictureTree } from "./tree.ts";

/** A subfolder that is a class. */
export interface ClassFolder {
  readonly name: string;
  readonly path: string;
  readonly tree: PictureTree;
}

const call = "listPictures";

/**
 * Throws where the names of two folders differ only by the form of their accents or by spaces at their ends. "A" and "a" are two classes,
 * as in data sets of letters.
 */
export function checkNames(directory: string, folders: readonly string[]): void {
  const first = new Map<string, string>();
  for (const folder of folders) {
    const key = className(folder);
    const other = first.get(key);
    if (other !== undefined)
      throw fileError(
        call,
        directory,
        `the names of its folders ${quoted(other)} and ${quoted(folder)} differ only by spaces or the form of accents, so they may be one ` +
          "class or two; put their pictures into one folder, or give one of them another name",
        { folders: [other, folder] },
      );
    first.set(key, folder);
  }
}

/** Throws where folders may be parts of a data set, where a folder has no pictures, and where there are fewer than `minClasses`. */
export function checkClasses(directory: string, classes: readonly ClassFolder[], minClasses: number): void {
  checkParts(directory, classes);
  for (const { path, tree } of classes)
    if (tree.pictures.length === 0) throw withoutPictures(path, tree, onlyOneWithPictures(classes));
  if (classes.length < minClasses) throw tooFew(directory, classes);
}

/**
 * Throws where folders may be parts of a data set: they hold no pictures themselves, but folders of equal names, or folders with the names
 * of their neighbours.
 */
function checkParts(directory: string, classes: readonly ClassFolder[]): void {
  const innerNames = classes.map(({ path, tree }) =>
    tree.pictures.some((picture) => dirname(picture) === path) ? [] : tree.subfolders.map((folder) => basename(folder)),
  );
  const holders = new Map<string, Set<number>>();
  for (const [n, names] of innerNames.entries())
    for (const name of names) holders.set(classKey(name), (holders.get(classKey(name)) ?? new Set()).add(n));
  const areHalf = (names: readonly string[], n: number) => names.length > 0 && 2 * names.length >= innerNames[n].length;
  const sharedNames = innerNames.map((names) => names.filter((name) => (holders.get(classKey(name))?.size ?? 0) > 1));
  const parts = classes.filter((_, n) => sharedNames[n].length > 1 && areHalf(sharedNames[n], n));
  if (parts.length > 1 && innerNames.every((names) => names.length > 0))
    throw possibleParts(directory, parts, sharedNames[classes.indexOf(parts[0])]);
  const keys = new Set(classes.map(({ name }) => classKey(name)));
  for (const [n, { name, path }] of classes.entries()) {
    const neighbours = innerNames[n].filter((inner) => classKey(inner) !== classKey(name) && keys.has(classKey(inner)));
    if (!areHalf(neighbours, n)) continue;
    throw fileError(
      call,
      path,
      `it may be a part of the data set, not a class: it holds folders with the names of its neighbours, ${listed(neighbours)}; if it is a ` +
        `part, put the ${classes.length - 1} folders beside it into a folder "train"; if it is a class, put its pictures into it without folders`,
      { folders: neighbours },
    );
  }
}

function possibleParts(directory: string, parts: readonly ClassFolder[], shared: readonly string[]): ChainruleError {
  const names = parts.map(({ name }) => name);
  return fileError(
    call,
    directory,
    `its folders ${listed(names)} may be parts of a data set, not classes: they hold folders of equal names, ${listed(shared)}; if they are ` +
      `parts, call them "train" and "test", or give the path of one, such as ${parts[0].path}; if they are classes, put their pictures into them without folders`,
    { folders: names, shared },
  );
}

/** The path of the only folder with pictures, if its pictures are in several subfolders, as in images/ beside annotations/; else null. */
function onlyOneWithPictures(classes: readonly ClassFolder[]): string | null {
  const withPictures = classes.filter(({ tree }) => tree.pictures.length > 0);
  return withPictures.length === 1 && withPictures[0].tree.subfolders.length > 1 ? withPictures[0].path : null;
}

function withoutPictures(path: string, { passedOver }: PictureTree, alternative: string | null): ChainruleError {
  const unread = [...passedOver].filter(([extension]) => pictureKind(`x${extension}`) === "unread");
  const counted = unread.map(([extension, count]) => `${count} ${extension}`).join(", ");
  if (unread.length > 0)
    return fileError(
      call,
      path,
      `has only pictures in formats that are not read: ${counted}; save them as JPEG or PNG`,
      { unread: Object.fromEntries(unread) },
    );
  const otherFiles = [...passedOver.values()].reduce((sum, count) => sum + count, 0);
  const found = otherFiles === 0 ? "" : `; other files: ${otherFiles}`;
  const cure = alternative === null ? "" : `give ${alternative} if its folders are the classes, or `;
  return fileError(
    call,
    path,
    `no PNG or JPEG in it (nor a GIF, BMP, WebP, AVIF or TIFF${found}); ${cure}add pictures, or remove the folder`,
  );
}

function tooFew(directory: string, classes: readonly ClassFolder[]): ChainruleError {
  const [{ name, path, tree }] = classes;
  const subfolders = tree.subfolders.filter((folder) => dirname(folder) === ".");
  const cure =
    subfolders.length > 1
      ? `if the folders in it (${listed(subfolders)}) are the classes, give ${path}`
      : subfolders.length === 1
        ? `or give the folder within it that holds the classes, such as ${join(path, subfolders[0])}`
        : null;
  return fileError(
    call,
    directory,
    `only one class, ${quoted(className(name))}; a second folder of pictures is needed${cure === null ? "" : `; ${cure}`}`,
  );
}

/** The most names in a message. */
const maxNames = 6;

const quoted = (name: string) => JSON.stringify(name);
const listed = (names: readonly string[]) =>
  names.slice(0, maxNames).map(quoted).join(", ") + (names.length > maxNames ? `, ... (${names.length})` : "");
