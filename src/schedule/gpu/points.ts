// Gives the body the places of one thread's point.
import type { Access } from "../../compiler/kernel.ts";
import type { Block } from "../../loops/block.ts";
import { add, mul } from "../../loops/build.ts";
import type { Expression } from "../../loops/program.ts";
import type { Points } from "../body/points.ts";
import type { Operands } from "./operands.ts";

/** The index of each axis that has one; the others are 0. */
export type Indices = ReadonlyMap<number, Expression>;

export function pointOf(block: Block, indices: Indices, operands: Operands): Points {
  return {
    block,
    form: "single",
    lanes: 1,
    stride: () => 0,
    memory: (buffer) => operands.buffer(buffer),
    index: (access, elements) => placeOf(access, indices, elements),
    position: (offset, strides) => sumOf(offset, strides, indices),
    failures: operands.failures,
  };
}

/** The index of an access's element, or of the one that is `elements` after it. */
export const placeOf = ({ offset, strides }: Access, indices: Indices, elements = 0): Expression =>
  sumOf(offset + elements, strides, indices);

/** offset + Σ index · stride */
function sumOf(offset: number, strides: readonly number[], indices: Indices): Expression {
  let sum: Expression = add(0, 0);
  for (const [axis, index] of indices) sum = add(sum, mul(index, strides[axis] ?? 0));
  return add(sum, offset);
}
