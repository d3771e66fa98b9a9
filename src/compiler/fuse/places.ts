// Where ops put and find elements, as views: movements, padding, broadcasting.

import type { PadWidth } from "../../tensor/ops/movement.ts";
import { ops } from "../../tensor/ops.ts";
import { type Shape, stridesOf } from "../../tensor/shape.ts";
import type { Node } from "../graph.ts";
import { type Dim, joined, type View } from "../view.ts";

export const dimsOf = (shape: Shape, strides: readonly number[]): Dim[] =>
  shape.map((size, i) => ({ size, stride: strides[i] }));

/** One number, as often as that. */
export const repeated = (size: number): View => joined({ offset: 0, dims: [{ size, stride: 0 }] });

const affine = ["reshape", "permute", "expand", "slice", "flip", "unfold"] as const;
type Movement = (typeof affine)[number];

/** Whether an op only reads its input at other places. */
export const isMovement = (op: string): op is Movement => affine.some((name) => name === op);

/** Where a movement's elements stand among those of its input. */
export function accessOf({ op, inputs: [x], shape, attributes }: Node): View {
  const { access }: { access(input: Shape, attributes: never): { offset: number; strides: readonly number[] } } =
    ops[op as Movement];
  const { offset, strides } = access(x.shape, attributes as never);
  return { offset, dims: dimsOf(shape, strides) };
}

/** Where the elements of x stand in a padded array. */
export function innerView(shape: Shape, from: Shape, widths: readonly PadWidth[]): View {
  const strides = stridesOf(shape);
  const offset = widths.reduce((sum, { before }, dim) => sum + before * strides[dim], 0);
  const apart = strides.map((stride, dim) => stride * (widths[dim].between + 1));
  return { offset, dims: dimsOf(from, apart) };
}
