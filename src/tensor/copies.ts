// Two copies of the library may run in one program: an ES module and its CommonJS form, or two versions. What one makes is then no Tensor
// and no Module to the other. The mark tells whose fault it is: it has the same name in every copy.

export type Made = "Tensor" | "Module";

const mark = Symbol.for("chainrule.made");

/** Marks all that is made of a class. */
export function markAs(prototype: object, made: Made): void {
  Object.defineProperty(prototype, mark, { value: made });
}

/** What any copy of the library has made this as; null for all else. Who finds no instance of its own class here has found another copy. */
export function madeAs(value: unknown): Made | null {
  const made: unknown = typeof value === "object" && value !== null ? Reflect.get(value, mark) : null;
  return made === "Tensor" || made === "Module" ? made : null;
}
