// The interface of an op: a shape rule, its definition in plain loops, and a gradient rule. The families in ops/ are tables of such entries;
// the builders below write the parts that all entries of a family share. Nothing here knows how a Tensor stores its numbers.
import { internal } from "../errors/error.ts";
import { type DType, describe, isFloating, type NDArray, type Type } from "./dtype.ts";
import { sameShape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** The attributes of ops that have none. */
export type None = Readonly<Record<never, never>>;

/** What a gradient rule may use. Each saved tensor is checked when the rule reads it, and throws if `assign` has changed it since. */
export interface Saved<A> {
  /** The gradient of the loss with respect to the result, of the result's shape. */
  readonly dy: Tensor;
  /** The result. */
  readonly y: Tensor;
  /** The first input. */
  readonly x: Tensor;
  /** The first input of an op that has two. */
  readonly a: Tensor;
  /** The second input. */
  readonly b: Tensor;
  /** The input at any position. */
  input(position: number): Tensor;
  /** Shape and dtype of each input, which do not depend on the saved contents. */
  readonly types: readonly Type[];
  readonly attributes: A;
  apply<N extends string>(name: N, inputs: readonly Tensor[], attributes?: object): Tensor;
}

/** dy -> the gradient of one input: the vector-Jacobian product, written in tensor operations. */
export type Gradient<A> = (saved: Saved<A>) => Tensor;

/**
 * Whether no element of a result is -0. `isFree` says the same of an input; it holds for all integers, and for a float in which -0 does
 * not occur.
 */
export type SignFact<A> = <T extends Type>(inputs: readonly T[], isFree: (x: T) => boolean, attributes: A) => boolean;

/** No element is -0, whatever the inputs are. */
export const always = (): boolean => true;

/** The elements are elements of the inputs. */
export const asInputs: SignFact<unknown> = (inputs, isFree) => inputs.every(isFree);

/** An op: what it means, and what passes ask of it. */
export interface Op<A = None> {
  /** The result's shape and dtype; throws if the shapes or dtypes of the inputs do not match. */
  type(inputs: readonly Type[], attributes: A): Type;
  /** Fills the result, whose elements are 0 before. This is the op's definition: plain loops that accumulate in float64. */
  evaluate(result: NDArray, inputs: readonly NDArray[], attributes: A): void;
  /** Faster loops with the same results. They return false for operands that they leave to `evaluate`. */
  faster?(result: NDArray, inputs: readonly NDArray[], attributes: A): boolean;
  /** The gradient of the input at a position; null if no input has one. */
  readonly vjp: ((saved: Saved<A>, position: number) => Tensor) | null;
  /** Without it, any element may be -0. */
  readonly freeOfMinusZero?: SignFact<A>;
  /**
   * What is wrong with attributes that the shape rule takes on trust, because Tensor's methods check what users write; null for valid
   * ones. The verifier of graphs asks.
   */
  flaw?(inputs: readonly Type[], attributes: A): string | null;
}

/** Gives an entry its type. */
export const op = <A = None>(entry: Op<A>): Op<A> => entry;

/** The flaw of dims that are not dims of an input of this rank, each once. */
export function dimsFlaw(dims: readonly number[], rank: number): string | null {
  const fits = dims.every((dim) => Number.isInteger(dim) && dim >= 0 && dim < rank);
  return fits && new Set(dims).size === dims.length ? null : `[${dims}] are not dims from 0 to ${rank - 1}, each once`;
}

/**
 * The dtypes that an op takes: floating ones ("floating", as exp), also integers ("number", as add), or also bool ("any", as maximum);
 * integers alone ("integer").
 */
export type Domain = "floating" | "number" | "any" | "integer";

function checkDomain(domain: Domain, types: readonly Type[]): void {
  for (const type of types) {
    const isWrong = {
      floating: !isFloating(type.dtype),
      number: type.dtype === "bool",
      any: false,
      integer: isFloating(type.dtype) || type.dtype === "bool",
    }[domain];
    if (isWrong) {
      throw internal(`${describe(type)} where a ${domain} dtype belongs`);
    }
  }
}

function checkSameType(types: readonly Type[]): void {
  const [first, ...others] = types;
  for (const type of others) {
    if (type.dtype !== first.dtype || !sameShape(type.shape, first.shape)) {
      throw internal(`${types.map(describe).join(", ")} should be alike`);
    }
  }
}

/**
 * What an element of an elementwise op costs: about as much as loading a number ("simple"), several times that ("division"), or the
 * dozen instructions of a polynomial ("function", for floating dtypes).
 */
export type Cost = "simple" | "division" | "function";

/** What passes ask of an op whose result has the shape of its inputs, element for element. */
export interface Elementwise<A = None> extends Op<A> {
  readonly cost: Cost;
  /** Whether f(a, b) is f(b, a). */
  readonly commutes: boolean;
}

/** y[i] = f(x[i]) */
export function unary(entry: {
  domain?: Domain | undefined;
  cost: Cost;
  freeOfMinusZero?: SignFact<None>;
  evaluate: (x: number) => number;
  vjp: Gradient<None>;
}): Elementwise {
  const { domain = "floating", evaluate, ...traits } = entry;
  return {
    ...traits,
    commutes: false,
    type([x]) {
      checkDomain(domain, [x]);
      return x;
    },
    evaluate({ data: y }, [{ data: x }]) {
      for (let i = 0; i < y.length; i++) y[i] = evaluate(x[i]);
    },
  };
}

/** y[i] = f(a[i], b[i]); `integer` is f for int32 and uint8, if it differs. */
export function binary(entry: {
  domain?: Domain | undefined;
  cost: Cost;
  commutes?: boolean;
  freeOfMinusZero?: SignFact<None>;
  evaluate: (a: number, b: number) => number;
  integer?: (a: number, b: number) => number;
  /** The gradients of a and b; null if there are none. */
  vjp: readonly [Gradient<None>, Gradient<None>] | null;
}): Elementwise {
  const { domain = "number", commutes = false, evaluate, integer = evaluate, vjp, ...traits } = entry;
  return {
    ...traits,
    commutes,
    type([a, b]) {
      checkDomain(domain, [a, b]);
      checkSameType([a, b]);
      return a;
    },
    evaluate({ data: y, dtype }, [{ data: a }, { data: b }]) {
      const f = isFloating(dtype) ? evaluate : integer;
      for (let i = 0; i < y.length; i++) y[i] = f(a[i], b[i]);
    },
    vjp: vjp && ((saved, position) => vjp[position](saved)),
  };
}

/** y[i] = f(a[i], b[i]) as bool, which has no gradient. */
export function comparison(entry: { commutes?: boolean; evaluate: (a: number, b: number) => boolean }): Elementwise {
  const { commutes = false, evaluate } = entry;
  return {
    cost: "simple",
    commutes,
    type([a, b]) {
      checkSameType([a, b]);
      return { shape: a.shape, dtype: "bool" };
    },
    evaluate({ data: y }, [{ data: a }, { data: b }]) {
      for (let i = 0; i < y.length; i++) y[i] = evaluate(a[i], b[i]) ? 1 : 0;
    },
    vjp: null,
  };
}

/**
 * Calls line(start, stride, index) for each line of an array along one dim, in row-major order of the other dims: the offset of its first
 * element, the stride of its elements, and the number of the line.
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

/** The addition for sums of a dtype: those of integers wrap around, those of floats are in float64. */
export const adder = (dtype: DType): ((total: number, x: number) => number) =>
  isFloating(dtype) ? (total, x) => total + x : (total, x) => (total + x) | 0;

/** Whether x is larger than the best so far; NaN counts as the largest, as in PyTorch's max and argmax. */
export const exceeds = (x: number, best: number): boolean => x > best || (Number.isNaN(x) && !Number.isNaN(best));
