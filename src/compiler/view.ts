// Affine views of buffers. A view lists a tensor's elements in row-major order and does not know the tensor's shape. So a reshape changes
// nothing in a view, and every other movement op is a view of a view.
import { internal } from "../errors/error.ts";
import type { Shape } from "../tensor/shape.ts";

export interface Dim {
  readonly size: number;
  readonly stride: number;
}

/** Element i is at offset + Σ digit · stride, with the digits of i in the mixed radix of the dims' sizes; the last dim varies fastest. */
export interface View {
  readonly offset: number;
  readonly dims: readonly Dim[];
}

/** The view of all `size` elements of a buffer in the order of memory. */
export const whole = (size: number): View => ({ offset: 0, dims: size === 1 ? [] : [{ size, stride: 1 }] });

/** The same view with dims of size 1 left out, and neighbouring dims joined where one stride serves both. */
export function joined({ offset, dims }: View): View {
  const result: Dim[] = [];
  for (const dim of dims) {
    const last = result.at(-1);
    if (dim.size === 1) continue;
    if (last !== undefined && last.stride === dim.size * dim.stride) {
      result[result.length - 1] = { size: last.size * dim.size, stride: dim.stride };
    } else result.push(dim);
  }
  return { offset, dims: result };
}

/** Whether a joined view lists all `size` elements of a buffer in the order of memory. */
export const isWhole = ({ offset, dims }: View, size: number): boolean =>
  offset === 0 && (size === 1 ? dims.length === 0 : dims.length === 1 && dims[0].size === size && dims[0].stride === 1);

export const sameView = (a: View, b: View): boolean =>
  a === b ||
  (a.offset === b.offset &&
    a.dims.length === b.dims.length &&
    a.dims.every(({ size, stride }, i) => size === b.dims[i].size && stride === b.dims[i].stride));

/** How many elements of the view one step of each dim spans: [2,3,4] -> [12,4,1]. */
function spans(dims: readonly Dim[]): number[] {
  const result = new Array<number>(dims.length);
  for (let i = dims.length - 1, span = 1; i >= 0; span *= dims[i].size, i--) result[i] = span;
  return result;
}

/**
 * The view that reads `inner`'s elements at the positions that `outer` gives; null where no view does. A dim of outer that crosses dims of
 * inner is split there, if its stride fits. The result is not joined: each of its dims lies within one dim of inner.
 */
export function compose(outer: View, inner: View): View | null {
  const radix = spans(inner.dims);
  /** The dim of inner in which a step of this many elements moves. */
  const dimOf = (step: number) => radix.findIndex((span) => span <= step);
  const low = inner.dims.map(({ size }, i) => Math.floor(outer.offset / radix[i]) % size);
  const high = [...low];
  let offset = inner.offset;
  inner.dims.forEach(({ stride }, i) => {
    offset += low[i] * stride;
  });
  const dims: Dim[] = [];
  /** Adds a dim that stays within dim i of inner and moves along it by `step`. */
  const place = (size: number, step: number, i: number) => {
    if (step > 0) high[i] += (size - 1) * step;
    else low[i] += (size - 1) * step;
    dims.push({ size, stride: step * inner.dims[i].stride });
  };
  for (const { size, stride } of outer.dims) {
    if (size === 1) continue;
    if (stride === 0) dims.push({ size, stride });
    else {
      const parts: [size: number, step: number, dim: number][] = [];
      const sign = Math.sign(stride);
      let [rest, step] = [size, Math.abs(stride)];
      while (rest > 1) {
        const i = dimOf(step);
        if (i < 0 || step % radix[i] !== 0) return null;
        const end = radix[i] * inner.dims[i].size;
        if ((rest - 1) * step < end) {
          parts.push([rest, (sign * step) / radix[i], i]);
          rest = 1;
        } else {
          const count = end / step;
          if (!Number.isInteger(count) || count < 2 || rest % count !== 0) return null;
          parts.push([count, (sign * step) / radix[i], i]);
          rest /= count;
          step = end;
        }
      }
      for (const part of parts.reverse()) place(...part);
    }
  }
  const inside = inner.dims.every(({ size }, i) => low[i] >= 0 && high[i] < size);
  return inside ? { offset, dims } : null;
}

/** The inverse of a permutation; null if the view does not read each of `size` elements once, with positive strides. */
export function inverse({ offset, dims }: View, size: number): View | null {
  const span = spans(dims);
  const order = dims.map((dim, i) => ({ ...dim, back: span[i] })).sort((a, b) => b.stride - a.stride);
  let next = 1;
  for (const { size, stride } of order.toReversed()) {
    if (stride !== next) return null;
    next *= size;
  }
  return offset === 0 && next === size
    ? joined({ offset, dims: order.map(({ size, back }) => ({ size, stride: back })) })
    : null;
}

/**
 * The boundaries between dims, each as the number of elements that the dims after it span, in ascending order: [2,3,4] -> [4,12]. Neither 1
 * nor the whole size is listed.
 */
export function marksOf(dims: readonly Pick<Dim, "size">[]): number[] {
  const marks: number[] = [];
  for (let i = dims.length - 1, span = 1; i > 0; i--) {
    span *= dims[i].size;
    if (dims[i].size !== 1 && span !== 1) marks.push(span);
  }
  return marks;
}

/** The union of two lists of marks, if each mark divides the next, so that one set of axes serves both; else null. */
export function mergeMarks(a: readonly number[], b: readonly number[]): readonly number[] | null {
  if (b.length === 0 || a === b) return a;
  const result: number[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const [x, y] = [a[i] ?? Infinity, b[j] ?? Infinity];
    const next = Math.min(x, y);
    if (x === next) i++;
    if (y === next) j++;
    if (result.length > 0 && next % result[result.length - 1] !== 0) return null;
    result.push(next);
  }
  return result.length === a.length ? a : result;
}

/** The sizes of the axes between marks, outermost first. */
export function sizesBetween(marks: readonly number[], size: number): number[] {
  if (size === 1) return [];
  return [...marks, size].map((mark, i) => mark / (i === 0 ? 1 : marks[i - 1])).reverse();
}

/** The view's stride along each axis, for axes whose marks include the view's own. */
export function stridesAlong({ dims }: View, sizes: readonly number[]): number[] {
  const result = new Array<number>(sizes.length).fill(0);
  if (sizes.includes(0)) return result;
  for (let axis = sizes.length - 1, i = dims.length - 1, within = 1; axis >= 0; axis--) {
    while (i >= 0 && within === dims[i].size) [i, within] = [i - 1, 1];
    if (sizes[axis] === 1) continue;
    if (i < 0 || dims[i].size % (within * sizes[axis]) !== 0) throw internal("axes do not divide a view");
    result[axis] = dims[i].stride * within;
    within *= sizes[axis];
  }
  return result;
}

/** The view divided into one view for each dim of a shape; null where a dim of the view crosses a boundary that does not divide it. */
export function grouped(view: View, shape: Shape): readonly View[] | null {
  const groups: View[] = [];
  let [i, within] = [view.dims.length - 1, 1];
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    const dims: Dim[] = [];
    for (let rest = shape[dim]; rest > 1; ) {
      while (within === view.dims[i].size) [i, within] = [i - 1, 1];
      const { size, stride } = view.dims[i];
      const left = size / within;
      const taken = Math.min(left, rest);
      if (left % taken !== 0 || rest % taken !== 0) return null;
      dims.unshift({ size: taken, stride: stride * within });
      within *= taken;
      rest /= taken;
    }
    groups.unshift(joined({ offset: 0, dims }));
  }
  return groups;
}

/** The stride of a view that has a single one, else null; 0 for a view of one element, whose stride is never used. */
export const strideOf = ({ dims }: View): number | null =>
  dims.length === 0 ? 0 : dims.length === 1 ? dims[0].stride : null;
