// What an op is: a shape rule, a meaning in plain loops, a gradient. The families in ops/ are tables of these entries; the
// builders below write what all entries of a family share. Nothing here knows how a Tensor stores its numbers.
import { internal } from "../errors/error.ts";
import { type DType, describe, isFloating, type NDArray, type Type } from "./dtype.ts";
import { sameShape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** Ops without attributes carry this. */
export type None = Readonly<Record<never, never>>;

/** What a gradient rule may use. Each saved tensor is checked when it is asked for: `assign` may have changed it since. */
export interface Saved<A> {
  /** The gradient that arrives from above, shaped like the result. */
  readonly dy: Tensor;
  /** The result. */
  readonly y: Tensor;
  /** The inputs: x or a the first, b the second. */
  readonly x: Tensor;
  readonly a: Tensor;
  readonly b: Tensor;
  input(position: number): Tensor;
  /** Shape and dtype of each input: these need not be saved. */
  readonly types: readonly Type[];
  readonly attributes: A;
  apply<N extends string>(name: N, inputs: readonly Tensor[], attributes?: object): Tensor;
}

/** dy -> the gradient of one input: the vector-Jacobian product, written in tensor operations. */
export type Gradient<A> = (saved: Saved<A>) => Tensor;

export interface Op<A = None> {
  /** The result's shape and dtype; throws where the inputs do not fit together. */
  type(inputs: readonly Type[], attributes: A): Type;
  /** Fills result, which arrives zeroed. The definition of correct: plain loops that accumulate in float64. */
  evaluate(result: NDArray, inputs: readonly NDArray[], attributes: A): void;
  /** The gradient of the input at a position; null where no input has one. */
  readonly vjp: ((saved: Saved<A>, position: number) => Tensor) | null;
}

/** The dtypes that an op takes: exp is for floating numbers, add for all numbers, maximum and where for bool as well. */
export type Domain = "floating" | "number" | "any";

function checkDomain(domain: Domain, types: readonly Type[]): void {
  for (const type of types) {
    if ((domain === "floating" && !isFloating(type.dtype)) || (domain === "number" && type.dtype === "bool")) {
      throw internal(`${describe(type)} where a ${domain} dtype belongs`);
    }
  }
}

function checkAlike(types: readonly Type[]): void {
  const [first, ...others] = types;
  for (const type of others) {
    if (type.dtype !== first.dtype || !sameShape(type.shape, first.shape)) {
      throw internal(`${types.map(describe).join(", ")} should be alike`);
    }
  }
}

/** y[i] = f(x[i]) */
export function unary(entry: {
  domain?: Domain | undefined;
  evaluate: (x: number) => number;
  vjp: Gradient<None>;
}): Op {
  const { domain = "floating", evaluate, vjp } = entry;
  return {
    type([x]) {
      checkDomain(domain, [x]);
      return x;
    },
    evaluate({ data: y }, [{ data: x }]) {
      for (let i = 0; i < y.length; i++) y[i] = evaluate(x[i]);
    },
    vjp,
  };
}

/** y[i] = f(a[i], b[i]); `integer` where int32 and uint8 need arithmetic of their own. */
export function binary(entry: {
  domain?: Domain | undefined;
  evaluate: (a: number, b: number) => number;
  integer?: (a: number, b: number) => number;
  vjp: readonly [Gradient<None>, Gradient<None>];
}): Op {
  const { domain = "number", evaluate, integer = evaluate, vjp } = entry;
  return {
    type([a, b]) {
      checkDomain(domain, [a, b]);
      checkAlike([a, b]);
      return a;
    },
    evaluate({ data: y, dtype }, [{ data: a }, { data: b }]) {
      const f = isFloating(dtype) ? evaluate : integer;
      for (let i = 0; i < y.length; i++) y[i] = f(a[i], b[i]);
    },
    vjp: (saved, position) => vjp[position](saved),
  };
}

/** y[i] = f(a[i], b[i]) as bool: true and false have no gradient. */
export function comparison(evaluate: (a: number, b: number) => boolean): Op {
  return {
    type([a, b]) {
      checkAlike([a, b]);
      return { shape: a.shape, dtype: "bool" };
    },
    evaluate({ data: y }, [{ data: a }, { data: b }]) {
      for (let i = 0; i < y.length; i++) y[i] = evaluate(a[i], b[i]) ? 1 : 0;
    },
    vjp: null,
  };
}

/**
 * Visits the lines of an array that run along one dim: line(start, stride, length) for each of them, in row-major order of
 * the other dims.
 */
export function forEachLine(
  { shape }: Type,
  dim: number,
  line: (start: number, stride: number, index: number) => void,
): void {
  const length = shape[dim];
  const inner = shape.slice(dim + 1).reduce((product, n) => product * n, 1);
  const outer = shape.slice(0, dim).reduce((product, n) => product * n, 1);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) line(o * length * inner + i, inner, o * inner + i);
  }
}

/** Sums of integers wrap around, sums of floats are taken in float64. */
export const adder = (dtype: DType): ((total: number, x: number) => number) =>
  isFloating(dtype) ? (total, x) => total + x : (total, x) => (total + x) | 0;

/** NaN counts as larger than everything, as PyTorch's max and argmax have it. */
export const exceeds = (x: number, best: number): boolean => x > best || (Number.isNaN(x) && !Number.isNaN(best));
