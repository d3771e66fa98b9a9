// State dicts: named tensors from which a model or an optimiser is restored, all of them or none. A state may come from another program
// (PyTorch counts Adam's steps in float32, and batches in int64), so dtypes may differ, if the numbers allow it: floats are rounded, as in
// PyTorch, whole numbers must be exact in an integer dtype, and finite numbers must stay finite.
import { ChainruleError } from "../errors/error.ts";
import { isTensor, strangeness } from "./copies.ts";
import { type DType, describe } from "./dtype.ts";
import { sameShape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/**
 * Named tensors as a Map with a toJSON method, so that JSON.stringify writes an object of the tensors. (It writes {} for any other Map.)
 */
export function stateOf(entries: Iterable<readonly [name: string, tensor: Tensor]>): Map<string, Tensor> {
  const state = new Map(entries);
  return Object.defineProperty(state, "toJSON", { value: () => Object.fromEntries(state), configurable: true });
}

/** Whether a tensor of this dtype can hold a number. */
const canHold: Readonly<Record<DType, (value: number) => boolean>> = {
  float64: () => true,
  float32: (value) => Number.isFinite(Math.fround(value)) || !Number.isFinite(value),
  int32: (value) => value === (value | 0),
  uint8: (value) => value === (value & 255),
  bool: (value) => value === 0 || value === 1,
};

interface Pair {
  readonly name: string;
  readonly tensor: Tensor;
  readonly given: Tensor;
}

/** What is wrong with a tensor of the state, in words; an empty list if it can be assigned. */
function misfits({ name, tensor, given }: Pair, owner: string): string[] {
  if (!isTensor(given)) return [`${name} is no Tensor${strangeness(given) === null ? "" : `, ${strangeness(given)}`}`];
  if (!sameShape(given.shape, tensor.shape)) return [`${name} is ${describe(given)}, ${owner} has ${describe(tensor)}`];
  if (given.dtype === tensor.dtype) return [];
  const { data } = given;
  const at = data.findIndex((value) => !canHold[tensor.dtype](value));
  return at < 0 ? [] : [`${name} holds ${data[at]} at ${at}, which ${tensor.dtype} cannot hold`];
}

/** The names that only one side has. */
export interface Differences {
  /** Names in the model that the state does not have. */
  readonly missing: string[];
  /** Names in the state that the model does not have. */
  readonly unexpected: string[];
}

/**
 * Assigns to each tensor of `own` the tensor of the state with the same name, converted to its own dtype: floats are rounded to the nearest,
 * integers and booleans must be exact. Throws, and changes nothing, if a tensor has another shape or numbers out of range, or, unless
 * `strict` is false, is missing or unknown; the message names all of them.
 */
export function assignAll(
  own: ReadonlyMap<string, Tensor>,
  state: ReadonlyMap<string, Tensor>,
  owner: string,
  { strict = true }: { readonly strict?: boolean | undefined } = {},
): Differences {
  if (typeof state?.has !== "function")
    throw new ChainruleError("type", "loadStateDict", "expected a Map of names to tensors, as stateDict() is");
  const pairs = [...own].flatMap(([name, tensor]): Pair[] => {
    return state.has(name) ? [{ name, tensor, given: state.get(name) as Tensor }] : [];
  });
  const missing = [...own.keys()].filter((name) => !state.has(name));
  const unexpected = [...state.keys()].filter((name) => !own.has(name));
  const problems = [
    ...(strict ? missing.map((name) => `${name} is missing`) : []),
    ...(strict ? unexpected.map((name) => `${name} is not part of ${owner}`) : []),
    ...pairs.flatMap((pair) => misfits(pair, owner)),
  ];
  if (problems.length > 0)
    throw new ChainruleError("state", "loadStateDict", problems.join("; "), { missing, unexpected });
  const contents = pairs.map(({ tensor, given }) => given.detach().to(tensor.dtype));
  for (const [i, { tensor }] of pairs.entries()) tensor.assign(contents[i]);
  return { missing, unexpected };
}
