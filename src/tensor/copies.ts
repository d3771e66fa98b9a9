// Two copies of the library may run in one program: an ES module and its CommonJS form, or two versions. Then `instanceof Tensor` in one
// copy is false for a tensor of the other. A mark under a symbol that all copies share tells which copy made an object, so that errors can
// say so.
import type { Tensor } from "./tensor.ts";

export type Made = "Tensor" | "Module" | "Optimizer";

/** The version in package.json. */
export const version = "0.1.0";

interface Mark {
  readonly made: Made;
  readonly version: string;
}

const symbol = Symbol.for("chainrule.made");
const ownMarks = {
  Tensor: { made: "Tensor", version },
  Module: { made: "Module", version },
  Optimizer: { made: "Optimizer", version },
} satisfies Record<Made, Mark>;

/** Marks all objects of a class, by its prototype, as made by this copy. */
export function markAs(prototype: object, made: Made): void {
  Object.defineProperty(prototype, symbol, { value: ownMarks[made] });
}

/** Whether this prototype itself was marked, and not only one that it inherits from. */
export const isMarked = (prototype: object): boolean => Object.hasOwn(prototype, symbol);

const markOf = (value: unknown): Mark | null =>
  typeof value === "object" && value !== null ? ((value as { readonly [symbol]?: Mark })[symbol] ?? null) : null;

/** The kind of an object that any copy of the library made; null for any other value. */
export const madeAs = (value: unknown): Made | null => markOf(value)?.made ?? null;

/** Whether the value is a tensor of this copy: `instanceof Tensor` for the files that tensor.ts imports. */
export const isTensor = (value: unknown): value is Tensor => markOf(value) === ownMarks.Tensor;

/** Whether the value is a module of this copy, for the files that module.ts imports. */
export const isModule = (value: unknown): boolean => markOf(value) === ownMarks.Module;

/** For an object that another copy made, "this Linear comes from another copy of chainrule ..." and what to do; null for any other value. */
export function strangeness(value: unknown): string | null {
  const mark = markOf(value);
  if (mark === null || mark === ownMarks[mark.made]) return null;
  const { name } = (value as object).constructor;
  const versions = mark.version === version ? `version ${version} as this one` : `${mark.version}, this is ${version}`;
  return `this ${name} comes from another copy of chainrule (${versions}); keep one of them: "npm ls chainrule" lists versions, and one program loads it either by import or by require`;
}
