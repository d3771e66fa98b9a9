// Finds the parts of a data set in its folder, and adapts the pictures of one part to the classes and channels of another.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { tensor } from "chainrule";
import type { Dataset } from "chainrule/data";
import { BadInput } from "./failure.ts";

export interface Layout {
  /** The training pictures. */
  readonly base: string;
  readonly test: string | null;
  readonly validation: string | null;
}

/** A folder called train holds the training pictures, unless it has no subfolders: then it is a class (of railways). */
export function layoutOf(directory: string): Layout {
  const part = (...names: string[]) =>
    names.map((name) => join(directory, name)).find((path) => existsSync(path) && holdsFolders(path)) ?? null;
  const base = part("train");
  if (base === null) return { base: directory, test: null, validation: null };
  return { base, test: part("test"), validation: part("validation", "val", "valid") };
}

function holdsFolders(path: string): boolean {
  if (!statSync(path).isDirectory()) return false;
  return readdirSync(path).some(
    (name) => !name.startsWith(".") && (statSync(join(path, name), { throwIfNoEntry: false })?.isDirectory() ?? false),
  );
}

/** The same pictures with labels that count in `classes`. Throws BadInput where the data have a class that is not among them. */
export function withClasses(
  data: Dataset,
  { classes, name, than }: { readonly classes: readonly string[]; readonly name: string; readonly than: string },
): Dataset {
  const places = data.classes.map((own) => classes.indexOf(own));
  const unknown = data.classes.filter((_, label) => places[label] < 0);
  if (unknown.length > 0)
    throw new BadInput(
      `${name}: has ${unknown.length === 1 ? "a class" : "classes"} that ${than} does not have: ${listed(unknown)}; ${than} has ${classes.length} classes, ${listed(classes)}`,
    );
  return { images: data.images, labels: tensor(Int32Array.from(data.labels.data, (n) => places[n])), classes };
}

const listed = (names: readonly string[]) => names.slice(0, 8).join(", ") + (names.length > 8 ? ", ..." : "");

export const colours = (channels: number) => (channels === 1 ? "grey" : "coloured");

/** The same pictures in `channels`: grey pictures become coloured ones. Throws BadInput about coloured pictures where grey ones are wanted. */
export function inChannels(
  data: Dataset,
  { channels, name, wanted }: { readonly channels: number; readonly name: string; readonly wanted: string },
): Dataset {
  const [count, own, height, width] = data.images.shape;
  if (own === channels) return data;
  if (own > channels)
    throw new BadInput(`${name}: the pictures are ${colours(own)}, but ${wanted}; convert them to grey first`);
  const plane = height * width;
  const bytes = new Uint8Array(count * channels * plane);
  for (let n = 0; n < count; n++)
    for (let c = 0; c < channels; c++)
      bytes.set(data.images.data.subarray(n * plane, (n + 1) * plane), (n * channels + c) * plane);
  return { ...data, images: tensor(bytes, { shape: [count, channels, height, width] }) };
}
