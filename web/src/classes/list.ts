// The visitor's classes as plain data: their names and pictures, the changes of them, and what a training still needs.
import type { ClassPictures, Method } from "./messages.ts";

/** Where a picture comes from. */
export type Origin = "camera" | "file" | "drawing";

export interface Shot {
  readonly id: string;
  readonly origin: Origin;
}

export interface ClassEntry {
  readonly id: string;
  readonly name: string;
  readonly pictures: readonly Shot[];
}

export type List = readonly ClassEntry[];

/** A place from which something was removed: it goes back there. */
export interface Removed<T> {
  readonly at: number;
  readonly item: T;
}

export const withClass = (list: List, entry: ClassEntry, at: number = list.length): List =>
  list.toSpliced(at, 0, entry);

export const withoutClass = (list: List, id: string): List => list.filter((one) => one.id !== id);

export const renamed = (list: List, id: string, name: string): List =>
  list.map((one) => (one.id === id ? { ...one, name } : one));

/** The list with pictures at the end of a class, or at their places. */
export function withPictures(list: List, id: string, pictures: readonly Shot[], at?: number): List {
  return list.map((one) =>
    one.id === id ? { ...one, pictures: one.pictures.toSpliced(at ?? one.pictures.length, 0, ...pictures) } : one,
  );
}

export function withoutPictures(list: List, ids: Iterable<string>): List {
  const gone = new Set(ids);
  return list.map((one) =>
    one.pictures.some(({ id }) => gone.has(id))
      ? { ...one, pictures: one.pictures.filter(({ id }) => !gone.has(id)) }
      : one,
  );
}

/** The ids of all pictures, class by class. */
export const pictureIds = (list: List): string[] => list.flatMap(({ pictures }) => pictures.map(({ id }) => id));

/** What the engine learns: names without spaces around them. */
export const learnable = (list: List): ClassPictures[] =>
  list.map(({ name, pictures }) => ({ name: name.trim(), pictures: pictures.map(({ id }) => id) }));

/** Two trainings with the same signature learn the same. */
export const signatureOf = (method: Method, classes: readonly ClassPictures[]): string =>
  JSON.stringify([method, ...classes.map(({ name, pictures }) => [name, ...pictures])]);

/** Why the classes cannot be learned yet; null where they can. */
export type Missing =
  | { readonly what: "classes" }
  | { readonly what: "name"; readonly place: number }
  | { readonly what: "same"; readonly name: string }
  | { readonly what: "pictures"; readonly name: string };

export function missingIn(list: List): Missing | null {
  if (list.length < 2) return { what: "classes" };
  const names = new Set<string>();
  for (const [n, { name }] of learnable(list).entries()) {
    if (name === "") return { what: "name", place: n + 1 };
    if (names.has(name)) return { what: "same", name };
    names.add(name);
  }
  const empty = learnable(list).find(({ pictures }) => pictures.length === 0);
  return empty === undefined ? null : { what: "pictures", name: empty.name };
}

/** The smallest number of pictures of a class. */
export const fewest = (list: List): number => Math.min(...list.map(({ pictures }) => pictures.length));

/** A list that was stored; null where the value is something else. */
export function storedList(value: unknown): List | null {
  if (!Array.isArray(value) || !value.every(isEntry)) return null;
  return value;
}

function isEntry(value: unknown): value is ClassEntry {
  if (typeof value !== "object" || value === null) return false;
  const { id, name, pictures } = value as Partial<Record<keyof ClassEntry, unknown>>;
  return typeof id === "string" && typeof name === "string" && Array.isArray(pictures) && pictures.every(isShot);
}

const isShot = (value: unknown): value is Shot =>
  typeof value === "object" && value !== null && "id" in value && typeof value.id === "string" && "origin" in value;
