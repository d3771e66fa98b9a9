// Checks that the subfolders of a picture folder are its classes. Where they cannot be, or might be something else, the error says what
// was found and what to do: nothing is guessed.
import { basename, dirname, join } from "node:path";
import { classKey, className } from "../../data/class-names.ts";
import type { ChainruleError } from "../../errors/error.ts";
import { fileError } from "../file-error.ts";
import { pictureKind } from "./names.ts";
import type { PictureTree } from "./tree.ts";

/** A subfolder that is taken as a class. */
export interface ClassFolder {
  readonly name: string;
  readonly path: string;
  readonly tree: PictureTree;
}

const call = "listPictures";

/** Throws where two folders have the same name but for the form of accents and spaces. "A" and "a" are two classes: letters have both. */
export function checkNames(directory: string, folders: readonly string[]): void {
  const first = new Map<string, string>();
  for (const folder of folders) {
    const key = className(folder);
    const other = first.get(key);
    if (other !== undefined)
      throw fileError(
        call,
        directory,
        `are ${quoted(other)} and ${quoted(folder)} one class or two? Their names differ only by spaces or the form of accents; ` +
          "put their pictures into one folder, or give one of them another name",
        { folders: [other, folder] },
      );
    first.set(key, folder);
  }
}

/** Throws where folders seem to be parts of a data set, where one has no pictures, and where there are fewer than `minClasses`. */
export function checkClasses(directory: string, classes: readonly ClassFolder[], minClasses: number): void {
  checkParts(directory, classes);
  for (const { path, tree } of classes)
    if (tree.pictures.length === 0) throw withoutPictures(path, tree, onlyOneWithPictures(classes));
  if (classes.length < minClasses) throw tooFew(directory, classes);
}

/** Throws where folders hold no pictures of their own, but folders of equal names, or folders with the names of their neighbours. */
function checkParts(directory: string, classes: readonly ClassFolder[]): void {
  const within = classes.map(({ path, tree }) =>
    tree.pictures.some((picture) => dirname(picture) === path) ? [] : tree.subfolders.map((folder) => basename(folder)),
  );
  const holders = new Map<string, Set<number>>();
  for (const [n, names] of within.entries())
    for (const name of names) holders.set(classKey(name), (holders.get(classKey(name)) ?? new Set()).add(n));
  const isMost = (some: readonly string[], n: number) => some.length > 0 && 2 * some.length >= within[n].length;
  const shared = within.map((names) => names.filter((name) => (holders.get(classKey(name))?.size ?? 0) > 1));
  const parts = classes.filter((_, n) => shared[n].length > 1 && isMost(shared[n], n));
  if (parts.length > 1 && within.every((names) => names.length > 0))
    throw asksForParts(directory, parts, shared[classes.indexOf(parts[0])]);
  const keys = new Set(classes.map(({ name }) => classKey(name)));
  for (const [n, { name, path }] of classes.entries()) {
    const neighbours = within[n].filter((inner) => classKey(inner) !== classKey(name) && keys.has(classKey(inner)));
    if (!isMost(neighbours, n)) continue;
    throw fileError(
      call,
      path,
      `is it a class? It holds folders with the names of its neighbours: ${listed(neighbours)}. If they are another part of the data set, ` +
        `put the ${classes.length - 1} folders beside it into a folder "train"; if it is a class, put its pictures into it without folders`,
      { folders: neighbours },
    );
  }
}

function asksForParts(directory: string, parts: readonly ClassFolder[], shared: readonly string[]): ChainruleError {
  const names = parts.map(({ name }) => name);
  return fileError(
    call,
    directory,
    `are ${listed(names)} classes? They hold folders of equal names: ${listed(shared)}. If they are the parts of a data set, call them ` +
      `"train" and "test", or give the path of one, such as ${parts[0].path}; if they are classes, put their pictures into them without folders`,
    { folders: names, shared },
  );
}

/** The only folder with pictures, if these are in its subfolders: images/ beside annotations/. */
function onlyOneWithPictures(classes: readonly ClassFolder[]): string | null {
  const having = classes.filter(({ tree }) => tree.pictures.length > 0);
  return having.length === 1 && having[0].tree.subfolders.length > 1 ? having[0].path : null;
}

function withoutPictures(path: string, { passedOver }: PictureTree, instead: string | null): ChainruleError {
  const unread = [...passedOver].filter(([extension]) => pictureKind(`x${extension}`) === "unread");
  const counted = unread.map(([extension, count]) => `${count} ${extension}`).join(", ");
  if (unread.length > 0)
    return fileError(
      call,
      path,
      `has only pictures in formats that are not read: ${counted}; save them as JPEG or PNG`,
      {
        unread: Object.fromEntries(unread),
      },
    );
  const others = [...passedOver.values()].reduce((sum, count) => sum + count, 0);
  return fileError(
    call,
    path,
    `no PNG or JPEG in it (nor a GIF, BMP, WebP, AVIF or TIFF${others === 0 ? "" : `; other files: ${others}`}); ${instead === null ? "" : `give ${instead} if its folders are the classes, or `}add pictures, or remove the folder`,
  );
}

function tooFew(directory: string, classes: readonly ClassFolder[]): ChainruleError {
  const [{ name, path, tree }] = classes;
  const deeper = tree.subfolders.filter((folder) => dirname(folder) === ".");
  const cure =
    deeper.length > 1
      ? `if the folders in it (${listed(deeper)}) are the classes, give ${path}`
      : deeper.length === 1
        ? `or give the folder within it that holds the classes, such as ${join(path, deeper[0])}`
        : null;
  return fileError(
    call,
    directory,
    `only one class, ${quoted(className(name))}; a second folder of pictures is needed${cure === null ? "" : `; ${cure}`}`,
  );
}

const quoted = (name: string) => JSON.stringify(name);
const listed = (names: readonly string[]) =>
  names.slice(0, 6).map(quoted).join(", ") + (names.length > 6 ? `, ... (${names.length})` : "");
