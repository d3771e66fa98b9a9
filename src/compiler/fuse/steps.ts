// What there is to compute once movements are gone: a step for each op that does arithmetic or has to lay numbers out anew. A
// step reads others through views; what it reads as a value may come to it in the same kernel, what it reads as a buffer has to
// lie in memory before.
import type { Type } from "../../tensor/dtype.ts";
import type { Convolution as ConvolutionAttributes } from "../../tensor/ops/contractions.ts";
import { elementwise } from "../../tensor/ops/elementwise.ts";
import type { Shape } from "../../tensor/shape.ts";
import type { Buffer, ElementwiseName, Reduction, Store } from "../kernel.ts";
import { type Dim, isWhole, type View } from "../view.ts";

/** The elements of a step in the order of a view, which is joined. */
export interface Read {
  readonly step: Step;
  readonly view: View;
}

interface Common extends Type {
  /** Counts the steps, each after those that it reads. */
  readonly id: number;
  /** The op, for the kernel's name. */
  readonly name: string;
  /** How many elements its result has. */
  readonly size: number;
  /** How many points it is computed at: more than its size where it reduces. */
  readonly points: number;
  /** Read at its points, one element at each. */
  readonly values: readonly Read[];
  readonly buffers: readonly Read[];
  /** Where its points have to be split into axes, as view.ts has it. */
  readonly marks: readonly number[];
  /** How many operations computing it again costs, if it is computed wherever it is used rather than stored. */
  readonly inline: number | null;
}

/** A run of dims of which all or none are special: reduced, or serial. */
export interface Segment {
  readonly size: number;
  readonly special: boolean;
}

export interface Input extends Common {
  readonly kind: "input";
  readonly buffer: Buffer;
}

export interface Constant extends Common {
  readonly kind: "constant";
  readonly value: number;
}

export interface Iota extends Common {
  readonly kind: "iota";
}

/** An elementwise op; a copy is one that has no op. */
export interface Pointwise extends Common {
  readonly kind: "map";
  readonly op: ElementwiseName | null;
}

/** Buffers: key, counter. */
export interface Random extends Common {
  readonly kind: "random";
  readonly bits: number;
}

/** Values: the index. Buffers: x, as read where all indices are 0. */
export interface Gather extends Common {
  readonly kind: "gather";
  readonly stride: number;
  readonly limit: number;
}

/** Values: what is reduced. Segments, of its points: those reduced are special. */
export interface Reduce extends Common {
  readonly kind: "reduce";
  readonly combine: Reduction["combine"];
  readonly segments: readonly Segment[];
}

/** A dim of a contraction's result, with the stride along it in each of the two buffers. */
export interface ContractionDim {
  readonly size: number;
  /** The position among the kernel's axes: one of the batch, or m and n; image, group, output, row, column. */
  readonly role: ContractionRole;
  readonly strides: readonly [number, number];
}
export type ContractionRole = "batch" | "m" | "n" | "image" | "group" | "output" | "row" | "column";

/** Buffers: a, b, of which only the offsets count; k last. The dims are listed as the result lies in memory. */
export interface Matmul extends Common {
  readonly kind: "matmul";
  readonly dims: readonly ContractionDim[];
  readonly k: { readonly size: number; readonly strides: readonly [number, number] };
}

/** Buffers: x, w, of which only the offsets count. */
export interface Convolution extends Common {
  readonly kind: "convolution";
  readonly dims: readonly ContractionDim[];
  readonly attributes: ConvolutionAttributes;
  readonly spatial: { readonly size: readonly [number, number]; readonly kernel: readonly [number, number] };
  readonly channels: number;
  /** Along image, group, channel, row, column and group, output, channel, row, column. */
  readonly x: readonly number[];
  readonly w: readonly number[];
}

/** Runs along a dim of the buffer that it reads. The dims before it and after it, and its own. */
interface Along {
  readonly before: readonly Dim[];
  readonly after: readonly Dim[];
  readonly length: number;
  readonly stride: number;
}

export interface Scan extends Common, Along {
  readonly kind: "scan";
}

export interface Topk extends Common, Along {
  readonly kind: "topk";
  readonly k: number;
}

/** Writes its first value into another step's buffer, where the view says; at a place that the second decides, if there is one. */
export interface Place extends Common {
  readonly kind: "place";
  readonly target: Assembled;
  readonly view: View;
  readonly mode: Store["mode"];
  readonly indirection: { readonly stride: number; readonly size: number } | null;
  /** Along the special ones, stores may meet. */
  readonly segments: readonly Segment[];
  /** What has to be there before: a fill. */
  readonly after: Step | null;
}

/** A buffer that several places write, which are added once it exists. */
export interface Assembled extends Common {
  readonly kind: "assembled";
  readonly parts: Place[];
}

export type Step =
  | Input
  | Constant
  | Iota
  | Pointwise
  | Random
  | Gather
  | Reduce
  | Matmul
  | Convolution
  | Scan
  | Topk
  | Place
  | Assembled;

/** Whether a step is read as it lies. */
export const isAll = ({ step, view }: Read): boolean => isWhole(view, step.size);

export const isElementwise = (op: string): op is ElementwiseName => Object.hasOwn(elementwise, op);

/** The steps that have to run before a reader of this one; itself, if it is one that runs. */
export function writersOf(step: Step): readonly Step[] {
  if (step.kind === "assembled") return step.parts;
  return step.kind === "input" || step.inline !== null ? [] : [step];
}

/** Whether it runs as part of a kernel, rather than being there, or being computed wherever it is used. */
export const runs = (step: Step): boolean => step.kind !== "input" && step.kind !== "assembled" && step.inline === null;

/** Runs of dims, special or not; dims of size 1 are neither. */
export function segmentsOf(shape: Shape, special: readonly number[]): Segment[] {
  const result: Segment[] = [];
  shape.forEach((size, dim) => {
    const last = result.at(-1);
    const segment = { size, special: special.includes(dim) };
    if (size === 1) return;
    if (last?.special === segment.special) result[result.length - 1] = { ...segment, size: last.size * size };
    else result.push(segment);
  });
  return result;
}
