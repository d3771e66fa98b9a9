// Elementwise functions of several ops, such as a random number or the update of a weight. Run op by op, they read and write memory once for
// each op. A backend (backends/streams.ts) can compile the function to one program and run it over pieces that stay in the cache. The bits
// are the same either way, so that the choice is a matter of speed alone.
import { isTransforming } from "./levels.ts";
import { noGrad } from "./mode.ts";
import type { Operand } from "./promotion.ts";
import { type Shape, sizeOf } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import { tracing } from "./tracing.ts";

/** The argument of a streamed function. While its program is traced, a piece replaces each streamed tensor. */
export interface Piece {
  /** The shape of the piece; the whole shape if no backend runs the function. */
  readonly shape: Shape;
  /** int32 []: the index of the piece's first element; null if it is 0. */
  readonly first: Tensor | null;
  /** Tensors of the whole shape. */
  readonly streamed: readonly Tensor[];
  /** Other tensors, which each piece reads whole. */
  readonly shared: readonly Tensor[];
  /** Numbers; float64 [] tensors in a program, so that one program serves for all numbers. */
  readonly numbers: readonly Operand[];
}

/**
 * A function of a piece. Its results have the piece's shape, or a shape that does not depend on it. It may assign to the tensors of the
 * piece, and consists of elementwise ops, constants, random bits and broadcasts of single numbers.
 */
export type Streamed = (piece: Piece) => readonly Tensor[];

export interface StreamCall {
  readonly f: Streamed;
  readonly shape: Shape;
  readonly streamed: readonly Tensor[];
  readonly shared: readonly Tensor[];
  readonly numbers: readonly number[];
}

/** Runs a call and its assignments, and returns the results; null if the call is to run op by op. */
type Carrier = (call: StreamCall) => readonly Tensor[] | null;
let carrier: Carrier = () => null;

/** Sets the backend that is asked first to run a streamed function. */
export function carryStreams(other: Carrier): void {
  carrier = other;
}

/**
 * Elements from which single elementwise ops run as programs too (eager.ts), in which float32 exp, tanh and their like are vector functions. A
 * function that contains them has the same bits as its ops one by one only from this size on.
 */
export const minProgramElements = 2 ** 9;

/** Runs f, and returns its results without a history. A function is identified by its object: its programs are kept as long as it exists. */
export function stream({
  f,
  shape,
  streamed = [],
  shared = [],
  numbers = [],
}: Partial<StreamCall> & Pick<StreamCall, "f" | "shape">): readonly Tensor[] {
  const call = { f, shape, streamed, shared, numbers };
  return noGrad(() => {
    const isOneByOne = tracing() !== null || isTransforming() || sizeOf(shape) === 0;
    const carried = isOneByOne ? null : carrier(call);
    return carried ?? f({ ...call, first: null });
  });
}
