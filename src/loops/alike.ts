// Whether two routines do the same with memories and variables of their own: they differ in the routines' names alone. Their data is compared
// part by part, and ends at the first difference, as most comparisons do early.
import type { Routine } from "./program.ts";

export const areAlike = (a: Routine, b: Routine): boolean =>
  new Comparison().same({ ...a, name: "" }, { ...b, name: "" });

class Comparison {
  /** For each variable, memory and registers of the first routine that of the second, and the other way round. */
  readonly #seconds = new Map<object, object>();
  readonly #firsts = new Map<object, object>();

  same(a: unknown, b: unknown): boolean {
    if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return Object.is(a, b);
    if (Array.isArray(a)) return Array.isArray(b) && this.#sameItems(a, b);
    if (!isDeclared(a)) return this.#sameFields(a, b);
    const known = this.#seconds.get(a);
    if (known !== undefined) return known === b;
    if (this.#firsts.has(b) || !this.#sameFields(a, b)) return false;
    this.#seconds.set(a, b);
    this.#firsts.set(b, a);
    return true;
  }

  #sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
    if (a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!this.same(a[i], b[i])) return false;
    return true;
  }

  /** All objects of a kind have the same fields; the kind is the first. */
  #sameFields<Part extends object>(a: Part, b: Part): boolean {
    for (const name in a) {
      const own = a[name];
      const other = b[name];
      if (typeof own === "object" ? !this.same(own, other) : !Object.is(own, other)) return false;
    }
    return true;
  }
}

/** Whether a part is a variable, registers or a memory, whose identity counts. */
const isDeclared = (part: object): boolean => ("kind" in part ? part.kind === "variable" : "name" in part);
