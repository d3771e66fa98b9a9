// Named tensors, taken over all at once or not at all: what a model or an optimiser is restored from. What comes may have come a
// long way (PyTorch counts Adam's steps in float32, and batches in int64), so dtypes may differ, as long as nothing is lost that
// matters: floats round, as in PyTorch, but a whole number arrives as it is, and what is finite stays finite.
import { ChainruleError } from "../errors/error.ts";
import { isTensor, strangeness } from "./copies.ts";
import { type DType, describe } from "./dtype.ts";
import { sameShape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/**
 * Named tensors as a Map, which is also whole in JSON: an object of what each tensor is there. (JSON has no maps: JSON.stringify makes {} of
 * any other.)
 */
export function stateOf(entries: Iterable<readonly [name: string, tensor: Tensor]>): Map<string, Tensor> {
  const state = new Map(entries);
  return Object.defineProperty(state, "toJSON", { value: () => Object.fromEntries(state), configurable: true });
}

/** Whether a tensor of this dtype can take a number over. */
const takes: Readonly<Record<DType, (value: number) => boolean>> = {
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

/** What is wrong with it in words, none where it fits. */
function misfits({ name, tensor, given }: Pair, owner: string): string[] {
  if (!isTensor(given)) return [`${name} is no Tensor${strangeness(given) === null ? "" : `, ${strangeness(given)}`}`];
  if (!sameShape(given.shape, tensor.shape)) return [`${name} is ${describe(given)}, ${owner} has ${describe(tensor)}`];
  if (given.dtype === tensor.dtype) return [];
  const { data } = given;
  const at = data.findIndex((value) => !takes[tensor.dtype](value));
  return at < 0 ? [] : [`${name} holds ${data[at]} at ${at}, which ${tensor.dtype} cannot take over`];
}

/** The names that only one side has. */
export interface Differences {
  /** In the model, and not in the state. */
  readonly missing: string[];
  /** In the state, and not in the model. */
  readonly unexpected: string[];
}

/**
 * Assigns each tensor of `own` the one of the same name, in its own dtype: a float is rounded to the nearest one, an integer or a
 * boolean must be there exactly. Throws, and changes nothing, if any is of another shape or out of range, or, unless `strict` is false,
 * missing or unknown; the message names all of them.
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
  const wrong = [
    ...(strict ? missing.map((name) => `${name} is missing`) : []),
    ...(strict ? unexpected.map((name) => `${name} is not part of ${owner}`) : []),
    ...pairs.flatMap((pair) => misfits(pair, owner)),
  ];
  if (wrong.length > 0) throw new ChainruleError("state", "loadStateDict", wrong.join("; "), { missing, unexpected });
  const contents = pairs.map(({ tensor, given }) => given.detach().to(tensor.dtype));
  for (const [i, { tensor }] of pairs.entries()) tensor.assign(contents[i]);
  return { missing, unexpected };
}
