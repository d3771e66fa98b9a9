// Functions whose results at a place depend on that place alone: a random number, the update of a weight. Composed op by op they go over
// memory once for each op; whoever carries them (backends/streams.ts) makes one program of the function and runs it over pieces that
// stay in the cache. To the bit it is the same function, so that who carries it, and when, is a matter of speed alone.
import { noGrad } from "./mode.ts";
import type { Operand } from "./promotion.ts";
import { type Shape, sizeOf } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import { tracing } from "./tracing.ts";

/** What the function is called with: in its program's trace stand-ins, a piece in the place of each streamed tensor. */
export interface Piece {
  /** Of the piece; the whole shape where nobody carries the function. */
  readonly shape: Shape;
  /** int32 []: the place of the piece's first element; null where it is 0. */
  readonly first: Tensor | null;
  /** Tensors of the whole shape. */
  readonly streamed: readonly Tensor[];
  /** Others, which all places read. */
  readonly shared: readonly Tensor[];
  /** Float64 [] in a program, which is then one for all numbers. */
  readonly numbers: readonly Operand[];
}

/**
 * What it returns is of the piece's shape, or of one that does not depend on it. It may assign to what it is given, and is composed of
 * elementwise ops, constants, random bits and what broadcasts one number.
 */
export type Streamed = (piece: Piece) => readonly Tensor[];

export interface StreamCall {
  readonly f: Streamed;
  readonly shape: Shape;
  readonly streamed: readonly Tensor[];
  readonly shared: readonly Tensor[];
  readonly numbers: readonly number[];
}

/** Gives the results, or null: it is to be computed op by op. What is assigned has been. */
type Carrier = (call: StreamCall) => readonly Tensor[] | null;
let carrier: Carrier = () => null;

/** Sets who is asked first to carry out a function of pieces. */
export function carryStreams(other: Carrier): void {
  carrier = other;
}

/** f's results, without a history. f is told from others by identity: programs are kept for as long as it exists. */
export function stream({
  f,
  shape,
  streamed = [],
  shared = [],
  numbers = [],
}: Partial<StreamCall> & Pick<StreamCall, "f" | "shape">): readonly Tensor[] {
  const call = { f, shape, streamed, shared, numbers };
  return noGrad(() => {
    const carried = tracing() !== null || sizeOf(shape) === 0 ? null : carrier(call);
    return carried ?? f({ ...call, first: null });
  });
}
