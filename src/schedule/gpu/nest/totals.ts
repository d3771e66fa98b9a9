// The totals of reductions in threads. A total is one or two numbers, so that threads can put theirs into memory and combine them. The
// maximum of floats is taken over integers that are ordered as the floats are, since a GPU's compiler need not know of NaN:
//   key = bits            of +0 and above        bits(1.5) = 0x3fc00000 -> 0x3fc00000
//   key = bits ^ 2³¹ − 1  below                  bits(-1.5) = 0xbfc00000 -> 0xc03fffff, a negative integer
//   key = 2³¹ − 1         of NaN, which counts as the maximum
import type { Reduction } from "../../../compiler/kernel.ts";
import type { Block } from "../../../loops/block.ts";
import { add, and, bits, eq, gt, lt, max, or, select, shiftRight, xor } from "../../../loops/build.ts";
import type { Expression, Variable } from "../../../loops/program.ts";
import type { DType } from "../../../tensor/dtype.ts";
import { narrow } from "../../body/form.ts";

const largest = 0x7fff_ffff;
const least = -(2 ** 31);

export interface TotalKind {
  /** The numbers at first. */
  readonly start: readonly { readonly name: string; readonly type: "f32" | "i32"; readonly value: number }[];
  /** The numbers of one element, at a place along the reduced axes. */
  of(block: Block, value: Expression, place: Expression): readonly Expression[];
  /** Combines a total with another one. */
  merge(block: Block, own: readonly Variable[], other: readonly Expression[]): void;
  result(block: Block, own: readonly Expression[]): Expression;
}

/** The total of a reduction of values of a dtype. */
export function totalKind({ combine, dtype }: Reduction, value: DType): TotalKind {
  switch (combine) {
    case "sum":
      return sumOf(dtype);
    case "max":
      return value === "float32" ? maxOfFloats : maxOfIntegers;
    case "argmax":
      return argmaxOf(value);
    default:
      return combine satisfies never;
  }
}

const sumOf = (dtype: DType): TotalKind => ({
  start: [{ name: "sum", type: dtype === "float32" ? "f32" : "i32", value: 0 }],
  of: (_, value) => [value],
  merge: (block, [own], [other]) => block.set(own, add(own, other)),
  result: (_, [own]) => narrow(own, "single", dtype),
});

export const sumOfFloats: TotalKind = sumOf("float32");

const maxOfIntegers: TotalKind = {
  start: [{ name: "largest", type: "i32", value: least }],
  of: (_, value) => [value],
  merge: (block, [own], [other]) => block.set(own, max(own, other)),
  result: (_, [own]) => own,
};

const maxOfFloats: TotalKind = {
  ...maxOfIntegers,
  of: (block, value) => [keyOf(block, value)],
  result: (block, [own]) => bits(flipped(block.named("key", own)), "f32"),
};

/** The first of several maxima. -0 is not below +0 here. */
const argmaxOf = (dtype: DType): TotalKind => ({
  start: [
    { name: "largest", type: "i32", value: least },
    { name: "place", type: "i32", value: largest },
  ],
  of: (block, value, place) => [orderOf(block, dtype, value), place],
  merge(block, [own, place], others) {
    const [other, otherPlace] = [block.named("other", others[0]), block.named("otherPlace", others[1])];
    block.if(or(gt(other, own), and(eq(other, own), lt(otherPlace, place))), (inner) => {
      inner.set(own, other);
      inner.set(place, otherPlace);
    });
  },
  result: (_, [, place]) => place,
});

/** An integer that is ordered as the values of a dtype are; -0 and +0 are equal, and NaN is the largest. */
export function orderOf(block: Block, dtype: DType, value: Expression): Expression {
  if (dtype !== "float32") return value;
  const key = block.let("key", keyOf(block, value));
  return select(eq(key, -1), 0, key);
}

/** An integer that is ordered as the float is; -0, whose key is -1, is below +0. */
function keyOf(block: Block, value: Expression): Expression {
  const own = block.let("bits", bits(value, "i32"));
  return select(gt(and(own, largest), 0x7f80_0000), largest, flipped(own));
}

/** From bits to key, and back. */
const flipped = (own: Expression): Expression => xor(own, and(shiftRight(own, 31), largest));
