// Shapes, strides and broadcasting as pure functions of numbers. A shape lists the sizes of the dims; the last dim varies fastest.
import { ChainruleError } from "../errors/error.ts";
import { shown } from "./arguments.ts";

/** The size of each dim, a whole number from 0; [] is the shape of a single number. */
export type Shape = readonly number[];
/**
 * One dim or several; negative numbers count from the end.
 * @inline
 */
export type Dims = number | readonly number[];

export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

/** The distance between neighbours along each dim in a row-major array: [2,3,4] -> [12,4,1]. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    strides[dim] = stride;
    stride *= shape[dim];
  }
  return strides;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, dim) => n === b[dim]);
}

export function checkShape(call: string, shape: Shape): void {
  checkList(call, shape);
  if (!shape.every((n) => Number.isInteger(n) && n >= 0)) throw noShape(call, shape);
}

/** Throws if a shape is no array. */
export function checkList(call: string, shape: unknown): void {
  if (!Array.isArray(shape)) throw noShape(call, shape);
}

function noShape(call: string, given: unknown): ChainruleError {
  const words = Array.isArray(given) ? JSON.stringify(given) : shown(given);
  return new ChainruleError("shape", call, `a shape is an array of whole numbers from 0, not ${words}`);
}

/** NumPy's broadcasting: shapes are aligned at the last dim, and two sizes must be equal, or one of them 1. */
export function broadcastShapes(call: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const result = new Array<number>(rank);
  for (let back = 1; back <= rank; back++) {
    const m = a[a.length - back] ?? 1;
    const n = b[b.length - back] ?? 1;
    if (m !== n && m !== 1 && n !== 1) {
      throw new ChainruleError(
        "shape",
        call,
        `shapes [${a}] and [${b}] do not broadcast, ${m} meets ${n}; sizes must be equal or 1`,
        { shapes: [a, b] },
      );
    }
    result[rank - back] = m === 1 ? n : m;
  }
  return result;
}

/** A dim counted from either end, as a number from 0. A 0-d tensor has the dims 0 and -1, as in PyTorch. */
export function normalizeDim(call: string, dim: number, rank: number): number {
  if (typeof dim !== "number") throw noDim(call, "dim is a whole number", dim);
  const span = Math.max(rank, 1);
  if (!Number.isInteger(dim) || dim < -span || dim >= span) {
    throw new ChainruleError(
      "index",
      call,
      `dim ${dim} does not exist, a ${rank}-d tensor has ${-span} to ${span - 1}`,
      { dim, rank },
    );
  }
  return dim < 0 ? dim + span : dim;
}

function noDim(call: string, words: string, given: unknown): ChainruleError {
  const cure = typeof given === "object" && given !== null && "dim" in given ? `; write ${call}(${given.dim})` : "";
  return new ChainruleError("type", call, `${words}, not ${shown(given)}${cure}`);
}

/** The named dims in ascending order; all dims if none is named or the list is empty, as in PyTorch's sum. */
export function normalizeDims(call: string, dims: Dims | undefined, rank: number): number[] {
  if (dims !== undefined && typeof dims !== "number" && !Array.isArray(dims))
    throw noDim(call, "dim is a whole number or a list of them", dims);
  if (dims === undefined || (typeof dims !== "number" && dims.length === 0))
    return Array.from({ length: rank }, (_, dim) => dim);
  const list = (typeof dims === "number" ? [dims] : dims).map((dim) => normalizeDim(call, dim, rank));
  if (new Set(list).size < list.length) throw new ChainruleError("option", call, `dims [${list}] name one dim twice`);
  return rank === 0 ? [] : list.sort((a, b) => a - b);
}

export function withSize(shape: Shape, dim: number, size: number): number[] {
  const result = [...shape];
  result[dim] = size;
  return result;
}

/** The shape in which these dims have size 1. */
export function reduceShape(shape: Shape, dims: readonly number[]): number[] {
  return shape.map((n, dim) => (dims.includes(dim) ? 1 : n));
}

/** The target shape of a reshape, in which one -1 is replaced by the size that fits. */
export function resolveShape(call: string, from: Shape, to: Shape): Shape {
  checkList(call, to);
  const size = sizeOf(from);
  const openDim = to.indexOf(-1);
  const otherSize = to.reduce((product, n, dim) => (dim === openDim ? product : product * n), 1);
  const shape = openDim < 0 ? to : withSize(to, openDim, otherSize === 0 ? 0 : size / otherSize);
  if (
    !shape.every((n) => Number.isInteger(n) && n >= 0) ||
    sizeOf(shape) !== size ||
    (openDim >= 0 && otherSize === 0)
  ) {
    throw new ChainruleError("shape", call, `[${from}] has ${size} elements, they do not fit into [${to}]`, {
      shapes: [from, to],
    });
  }
  return shape;
}

/** An affine access to an array: element (i, j, ...) has the index offset + i · strides[0] + j · strides[1] + ... */
export interface Access {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** Visits the elements of a shape in row-major order: `place` is the element's index under an affine access, `index` counts from 0. */
export function forEachPlace(
  shape: Shape,
  { offset, strides }: Access,
  visit: (place: number, index: number) => void,
): void {
  const size = sizeOf(shape);
  if (size === 0) return;
  const rank = shape.length;
  const inner = rank === 0 ? 1 : shape[rank - 1];
  const step = rank === 0 ? 0 : strides[rank - 1];
  const counter = new Array<number>(rank).fill(0);
  let place = offset;
  for (let index = 0; index < size; ) {
    for (let i = 0, at = place; i < inner; i++, at += step) visit(at, index++);
    for (let dim = rank - 2; dim >= 0; dim--) {
      place += strides[dim];
      if (++counter[dim] < shape[dim]) break;
      place -= strides[dim] * shape[dim];
      counter[dim] = 0;
    }
  }
}
