// The types of loop programs in WGSL. There are no f64 and no integers of 64 or 8 bits.
import { internal } from "../../../errors/error.ts";
import type { Memory } from "../../../loops/program.ts";
import type { Type } from "../../../loops/types.ts";

export function typeText(type: Type): string {
  switch (type) {
    case "i32":
    case "f32":
      return type;
    case "i32x4":
      return "vec4<i32>";
    case "f32x4":
      return "vec4<f32>";
    case "i64":
    case "f64":
    case "i64x2":
    case "f64x2":
      throw internal(`WGSL has no ${type}`);
    default:
      return type satisfies never;
  }
}

/** The type of a memory's elements. Memory of vectors holds four elements in each. */
export function elementText(memory: Memory, vectors: ReadonlySet<Memory>): string {
  const { name, element } = memory;
  if (element !== "f32" && element !== "i32") throw internal(`the memory ${name} has elements of ${element}`);
  return vectors.has(memory) ? `vec4<${element}>` : element;
}
