// What is left to compute once movement ops have become views: one step for each op that does arithmetic or has to copy elements into
// another order. A step reads others through views. A step that it reads as a value may be computed in the same kernel; a step that it
// reads as a buffer has to be in memory before.
import type { Type } from "../../tensor/dtype.ts";
import type { Convolution as ConvolutionAttributes } from "../../tensor/ops/contractions.ts";
import type { Shape } from "../../tensor/shape.ts";
import type { Buffer, ElementwiseName, Reduction, Store } from "../kernel.ts";
import type { Body } from "../loops/body.ts";
import { type Dim, isWhole, type View } from "../view.ts";

/** The elements of a step in the order of a view; the view is joined (view.ts). */
export interface Read {
  readonly step: Step;
  readonly view: View;
  /** The steps that have to run before a reader, beside those that write what it reads (the op barrier). */
  readonly after?: readonly Step[] | undefined;
}

interface Common extends Type {
  /** Its number; a step comes after those that it reads. */
  readonly id: number;
  /** The op, for the kernel's name. */
  readonly name: string;
  /** How many elements its result has. */
  readonly size: number;
  /** How many points it is computed at: more than its size where it reduces. */
  readonly points: number;
  /** The reads that it takes one element of at each point. */
  readonly values: readonly Read[];
  readonly buffers: readonly Read[];
  /** Where its points have to be divided into axes, as `marksOf` in view.ts defines. */
  readonly marks: readonly number[];
  /** Of a step that each of its readers computes again: how many operations that takes. null for a step that is computed once. */
  readonly inline: number | null;
}

/** The product of neighbouring dims that are all special (reduced, or serial), or all not. */
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

/** An elementwise op; null is a copy. */
export interface Pointwise extends Common {
  readonly kind: "map";
  readonly op: ElementwiseName | null;
}

/** Buffers: key, counter, and the place of the first element if it is not 0. */
export interface Random extends Common {
  readonly kind: "random";
  readonly bits: number;
}

/** Values: the index. Buffers: x, as it is read at index 0. Loads from that place + index · stride; an index must be below `limit`. */
export interface Gather extends Common {
  readonly kind: "gather";
  readonly stride: number;
  readonly limit: number;
}

/** Values: the operand. Segments divide its points; the special ones are reduced. */
export interface Reduce extends Common {
  readonly kind: "reduce";
  readonly combine: Reduction["combine"];
  readonly segments: readonly Segment[];
}

/** A dim of a contraction's result, with the stride along it in each of the two buffers. */
export interface ContractionDim {
  readonly size: number;
  /** Which axis of the kernel it is: batch, m, n of a matmul; image, group, output, row, column of a convolution. */
  readonly role: ContractionRole;
  readonly strides: readonly [number, number];
}
export type ContractionRole = "batch" | "m" | "n" | "image" | "group" | "output" | "row" | "column";

/**
 * Buffers: a and b. Their views give the offsets alone; the strides are those of `dims`, which stand in the order in which the result is
 * stored, and of `k`.
 */
export interface Matmul extends Common {
  readonly kind: "matmul";
  readonly dims: readonly ContractionDim[];
  readonly k: { readonly size: number; readonly strides: readonly [number, number] };
}

/** Buffers: x and w. Their views give the offsets alone. */
export interface Convolution extends Common {
  readonly kind: "convolution";
  readonly dims: readonly ContractionDim[];
  readonly attributes: ConvolutionAttributes;
  readonly spatial: { readonly size: readonly [number, number]; readonly kernel: readonly [number, number] };
  readonly channels: number;
  /** Strides along image, group, channel, row, column. */
  readonly x: readonly number[];
  /** Strides along group, output, channel, row, column. */
  readonly w: readonly number[];
}

/** A step that runs along one dim of the buffer that it reads: the dims before and after that one, and its own length and stride. */
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

/**
 * Writes its first value into the buffer of `target` at the places of `view`. With an indirection, the second value times `stride` is
 * added to the place; it must be from 0 to size - 1.
 */
export interface Place extends Common {
  readonly kind: "place";
  readonly target: Assembled;
  readonly view: View;
  readonly mode: Store["mode"];
  readonly indirection: { readonly stride: number; readonly size: number } | null;
  /** Divide its points; along the special ones several stores may hit one element. */
  readonly segments: readonly Segment[];
  /** The step that fills the target and has to run before, if there is one. */
  readonly after: Step | null;
}

/**
 * Runs a loop. Buffers: what it takes along dim 0, then what every step reads whole. Its carries lie in `carries`, which `after` fills before;
 * its stacked results are written to `stacked`.
 */
export interface Repeat extends Common {
  readonly kind: "repeat";
  readonly body: Body;
  readonly carries: readonly Assembled[];
  /** For each result of the body, where it goes; null if nothing reads it. */
  readonly stacked: readonly (Assembled | null)[];
  readonly after: readonly Place[];
}

/** A buffer that place steps or a loop write; they are added to `parts` when they are made. */
export interface Assembled extends Common {
  readonly kind: "assembled";
  readonly parts: (Place | Repeat)[];
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
  | Repeat
  | Assembled;

/** Whether a read takes all elements of its step in their stored order. */
export const isAll = ({ step, view }: Read): boolean => isWhole(view, step.size);

/** The steps that have to run before a reader of this one: an assembled step's parts; no step for an input or an inline step. */
export function writersOf(step: Step): readonly Step[] {
  if (step.kind === "assembled") return step.parts;
  return step.kind === "input" || step.inline !== null ? [] : [step];
}

const none: readonly Step[] = [];
const waits = ({ after }: Read): boolean => after !== undefined;

/** The steps that have to run before this one, beside those that write what it reads. */
export function earlierOf(step: Step): readonly Step[] {
  const isBarred = step.values.some(waits) || step.buffers.some(waits);
  const barred = isBarred
    ? [...step.values, ...step.buffers].flatMap(({ after = [] }) => after.flatMap(writersOf))
    : none;
  if (step.kind === "repeat") return [...barred, ...step.after];
  return step.kind === "place" && step.after !== null ? [...barred, step.after] : barred;
}

/** The buffers that a step writes parts of; the step itself if it has its own buffer. */
export function targetsOf(step: Step): readonly Step[] {
  if (step.kind === "repeat") return [...step.carries, ...step.stacked.filter((target) => target !== null)];
  return [step.kind === "place" ? step.target : step];
}

/** Whether a step is computed by one kernel: it is no input, no assembled buffer and not inline. */
export const runs = (step: Step): boolean => step.kind !== "input" && step.kind !== "assembled" && step.inline === null;

/** Groups neighbouring dims into segments by whether they are special; dims of size 1 are left out. */
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
