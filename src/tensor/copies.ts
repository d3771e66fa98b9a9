// Two copies of the library may run in one program: an ES module and its CommonJS form, or two versions. What one makes is then no Tensor
// and no Module to the other: `instanceof` knows only its own class. A mark under a symbol that all copies share lets each say whose
// it is, instead of passing over it.
import type { Tensor } from "./tensor.ts";

export type Made = "Tensor" | "Module" | "Optimizer";

/** As in package.json. */
export const version = "0.1.0";

interface Mark {
  readonly made: Made;
  readonly version: string;
}

const symbol = Symbol.for("chainrule.made");
const own = {
  Tensor: { made: "Tensor", version },
  Module: { made: "Module", version },
  Optimizer: { made: "Optimizer", version },
} satisfies Record<Made, Mark>;

/** Marks all that is made of a class, by its prototype, as this copy's. */
export function markAs(prototype: object, made: Made): void {
  Object.defineProperty(prototype, symbol, { value: own[made] });
}

/** Whether it is the very prototype that was marked, and not one that inherits from it. */
export const isMarked = (prototype: object): boolean => Object.hasOwn(prototype, symbol);

const markOf = (value: unknown): Mark | null =>
  typeof value === "object" && value !== null ? ((value as { readonly [symbol]?: Mark })[symbol] ?? null) : null;

/** What any copy of the library has made this as; null for all else. */
export const madeAs = (value: unknown): Made | null => markOf(value)?.made ?? null;

/** Whether it is a tensor of this copy: `instanceof Tensor`, for files that class Tensor stands on. */
export const isTensor = (value: unknown): value is Tensor => markOf(value) === own.Tensor;

/** Whether it is a module of this copy, for files that class Module stands on. */
export const isModule = (value: unknown): boolean => markOf(value) === own.Module;

/** "this Linear comes from another copy of chainrule ...", and what to do; null for what no other copy made. */
export function strangeness(value: unknown): string | null {
  const mark = markOf(value);
  if (mark === null || mark === own[mark.made]) return null;
  const { name } = (value as object).constructor;
  const versions = mark.version === version ? `version ${version} as this one` : `${mark.version}, this is ${version}`;
  return `this ${name} comes from another copy of chainrule (${versions}); keep one of them: "npm ls chainrule" lists versions, and one program loads it either by import or by require`;
}
