// The addresses at which ops read and write elements, as views: movement ops, padding, broadcasting.
import type { PadWidth } from "../../tensor/ops/movement.ts";
import { type ViewName, viewOf } from "../../tensor/ops.ts";
import { type Shape, stridesOf } from "../../tensor/shape.ts";
import type { NodeOf } from "../graph.ts";
import { type Dim, joined, type View } from "../view.ts";

export const dimsOf = (shape: Shape, strides: readonly number[]): Dim[] =>
  shape.map((size, i) => ({ size, stride: strides[i] }));

/** A view that reads element 0 `size` times. */
export const repeated = (size: number): View => joined({ offset: 0, dims: [{ size, stride: 0 }] });

/** The view of its input that a movement op's result is. */
export function accessOf({ op, inputs: [x], shape, attributes }: NodeOf<ViewName>): View {
  const { offset, strides } = viewOf(op).access(x.shape, attributes);
  return { offset, dims: dimsOf(shape, strides) };
}

/** The view of a padded array that has the elements of x. */
export function innerView(shape: Shape, from: Shape, widths: readonly PadWidth[]): View {
  const strides = stridesOf(shape);
  const offset = widths.reduce((sum, { before }, dim) => sum + before * strides[dim], 0);
  const apart = strides.map((stride, dim) => stride * (widths[dim].between + 1));
  return { offset, dims: dimsOf(from, apart) };
}
