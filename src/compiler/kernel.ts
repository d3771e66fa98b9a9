// The second intermediate representation: loops. A kernel runs over an index space, reads buffers at places that are affine in the
// indices, computes a short straight-line body at each point, reduces, and stores. Matrix products and convolutions are kinds of kernels
// of their own, with the same kind of epilogue. A backend emits each kernel as one function over a range of its outputs.
// kernel-accesses.ts visits their accesses, kernel-text.ts prints kernels, kernel-rules.ts verifies them.
import type { DType } from "../tensor/dtype.ts";
import type { ElementwiseName } from "../tensor/ops.ts";
import type { Shape } from "../tensor/shape.ts";

/**
 * The memory of one tensor while a program runs. Arguments and temporaries share one arena; results are temporaries that live to the end. A
 * window is the element of another buffer along dim 0 that belongs to the current step of a loop.
 */
export interface Buffer {
  /** Its kind and index: a0, s0, t0, w0, ... */
  readonly name: string;
  readonly kind: "argument" | "state" | "temporary" | "window";
  readonly index: number;
  readonly dtype: DType;
  readonly shape: Shape;
  /** Of a window alone. */
  readonly window?: Window;
}

export interface Window {
  readonly of: Buffer;
  /** The loop, by its position among the program's. */
  readonly repeat: number;
}

/** The buffer whose memory a buffer is, or is a part of. */
export function ownerOf(buffer: Buffer): Buffer {
  return buffer.window === undefined ? buffer : ownerOf(buffer.window.of);
}

/** Kernels that run several times, in their order. Loops inside of it stand before it in the program's list. */
export interface Repeat {
  /** The position of its first kernel. */
  readonly first: number;
  readonly count: number;
  readonly times: number;
  /** Whether windows go from the last element to the first. */
  readonly reverse: boolean;
}

/**
 * "each": the points are independent of each other. "serial": the points are visited in order, since several may store to one place.
 * "reduce": the points are combined into one value.
 */
export interface Axis {
  readonly size: number;
  readonly kind: "each" | "serial" | "reduce";
}

/** The element of a buffer at offset + Σ index · stride, counted in elements. There is a stride for each axis; it may be 0 or negative. */
export interface Access {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** A place that depends on data: value · stride is added to the place of an access. A value outside of 0 to size - 1 is an error. */
export interface Indirection {
  readonly value: Value;
  readonly stride: number;
  readonly size: number;
}

/** The number of an earlier instruction or reduction of the kernel, which stands for its value. */
export type Value = number;

export type { ElementwiseName };

/** One instruction of a body. bool values are false or true; uint8 and int32 wrap around as the op table defines. */
export type Instruction =
  | { readonly kind: "load"; readonly access: Access; readonly indirection?: Indirection; readonly dtype: DType }
  | { readonly kind: "constant"; readonly value: number; readonly dtype: DType }
  /** offset + Σ index · stride, as int32. */
  | { readonly kind: "position"; readonly offset: number; readonly strides: readonly number[]; readonly dtype: "int32" }
  /** The op randomBits at a position, plus `first` if there is one: all are read where the accesses say, key at 0 and 1. */
  | {
      readonly kind: "randomBits";
      readonly key: Access;
      readonly counter: Access;
      readonly first?: Access;
      readonly bits: number;
      readonly position: Value;
      readonly dtype: "int32";
    }
  | { readonly kind: "op"; readonly op: ElementwiseName; readonly operands: readonly Value[]; readonly dtype: DType };

/** "add" adds to the element in memory: a zero that an earlier kernel wrote, or what this kernel has stored there before. */
export interface Store {
  readonly access: Access;
  readonly indirection?: Indirection;
  readonly value: Value;
  readonly mode: "set" | "add";
}

/** argmax is the position along the reduced axes, in row-major order, of the first maximum; NaN counts as the maximum. */
export interface Reduction {
  readonly combine: "sum" | "max" | "argmax";
  readonly value: Value;
  readonly dtype: DType;
}

/** The instructions that run once a reduction is complete. Their accesses have a stride for each axis that is not reduced. */
export interface Epilogue {
  readonly instructions: readonly Instruction[];
  readonly stores: readonly Store[];
}

/**
 * What kernels of all kinds have. Values are numbered from 0: first the body's instructions, then the reductions, then the epilogue's
 * instructions, which use reductions and each other but nothing of the body. Without reductions the epilogue is empty.
 */
interface Lines<R> {
  readonly name: string;
  readonly axes: readonly Axis[];
  readonly body: readonly Instruction[];
  readonly stores: readonly Store[];
  readonly reductions: readonly R[];
  readonly epilogue: Epilogue;
}

export const noEpilogue: Epilogue = { instructions: [], stores: [] };

/** The lines of a kernel that has none. */
export const noLines = { body: [], stores: [], reductions: [], epilogue: noEpilogue } as const;

/** The axes are "each", then "serial", then "reduce". */
export interface Loops extends Lines<Reduction> {
  readonly kind: "loops";
}

/** A running sum along the last axis, the only "serial" one; the others are "each". At each point a value is added, then the sum is stored. */
export interface Scan extends Lines<Reduction> {
  readonly kind: "scan";
  readonly store: Access;
}

/** The sum of the products of a kernel's two operands. It is value 0, and the epilogue's instructions count from 1. */
export interface ProductSum {
  readonly combine: "sum";
  readonly value: null;
  readonly dtype: "float32";
}

/** The lines of a product before its epilogue. */
export const productLines = {
  body: [],
  stores: [],
  reductions: [{ combine: "sum", value: null, dtype: "float32" }],
} as const satisfies Omit<Lines<ProductSum>, "name" | "axes" | "epilogue">;

/**
 * Σ over k of a · b, float32. Axes: any number of batch axes, m, n, all "each", then k, "reduce"; a's stride along n and b's along m
 * are 0.
 */
export interface Matmul extends Lines<ProductSum> {
  readonly kind: "matmul";
  readonly a: Access;
  readonly b: Access;
}

type Pair = readonly [number, number];

/**
 * Σ over channel, i, j of x[image, group, channel, r, c] · w[group, output, channel, i, j], r = (row · stride + i · kernelDilation -
 * padding) / inputDilation and c likewise; outside and between the numbers of x stand zeros. float32. Axes, all "each": image, group,
 * output within the group, row, column.
 */
export interface Convolution extends Lines<ProductSum> {
  readonly kind: "convolution";
  readonly channels: number;
  /** Height and width of x and of the kernel. */
  readonly size: Pair;
  readonly kernel: Pair;
  readonly stride: Pair;
  /** Padding before the first row and column; negative values crop. The sizes of the axes decide how much follows the last. */
  readonly padding: Pair;
  readonly inputDilation: Pair;
  readonly kernelDilation: Pair;
  /** Strides along image, group, channel, row, column. */
  readonly x: Access;
  /** Strides along group, output, channel, row, column. */
  readonly w: Access;
}

/**
 * The positions of the k largest elements of each line, as the op topk defines. x and y have strides for the axes, then one along the line,
 * whose length is `size` in x and `k` in y.
 */
export interface Topk extends Lines<never> {
  readonly kind: "topk";
  readonly x: Access;
  readonly y: Access;
  readonly size: number;
  readonly k: number;
}

export type Kernel = Loops | Scan | Matmul | Convolution | Topk;

export type Kind = Kernel["kind"];

/** The kernels of a kind. */
export type Of<K extends Kind> = Extract<Kernel, { readonly kind: K }>;

/** What differs by kind, as one function: a table has an entry for each. */
export const byKind =
  <R, A extends readonly unknown[] = []>(table: { readonly [K in Kind]: (kernel: Of<K>, ...rest: A) => R }) =>
  (kernel: Kernel, ...rest: A): R =>
    table[kernel.kind](kernel as never, ...rest);

/**
 * Consecutive loop nests that may run part by part. Each is cut along one axis; part i is index i of this axis. A kernel's part i needs,
 * of what the other kernels write, only what they write in part i. So all kernels can run on a part, in their order, before, after or at
 * the same time as on any other part.
 */
export interface Chain {
  /** The position of its first kernel. */
  readonly first: number;
  /** For each of its kernels the axis along which it is cut; all these axes have the same size. */
  readonly axes: readonly number[];
  /** The size of these axes. */
  readonly parts: number;
  /** How many parts are done together, so that what they touch stays in the cache. */
  readonly piece: number;
}

/** A lowered graph: kernels in the order in which they run. Results are read after the last kernel. */
export interface KernelProgram {
  readonly buffers: readonly Buffer[];
  readonly kernels: readonly Kernel[];
  readonly results: readonly Buffer[];
  /** In the order of their kernels; no kernel is in two chains. */
  readonly chains?: readonly Chain[];
  readonly repeats?: readonly Repeat[];
}

/** Whether two accesses have the same offset and strides, each in its own buffer. */
export const sameAccess = (a: Access, b: Access): boolean =>
  a.offset === b.offset &&
  a.strides.length === b.strides.length &&
  a.strides.every((stride, i) => stride === b.strides[i]);

/** What randomBits reads: key, counter, and first if there is one. */
export const wordsOf = ({ key, counter, first }: Extract<Instruction, { readonly kind: "randomBits" }>): Access[] =>
  first === undefined ? [key, counter] : [key, counter, first];
