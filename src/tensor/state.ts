// Named tensors, taken over all at once or not at all: what a model or an optimiser is restored from.
import { describe } from "./dtype.ts";
import { sameShape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/**
 * Assigns each tensor of `own` the one of the same name, in its own dtype. Throws, and changes nothing, if any is missing,
 * unknown or of another shape; the message names all of them.
 */
export function assignAll(own: ReadonlyMap<string, Tensor>, state: ReadonlyMap<string, Tensor>, owner: string): void {
  const pairs = [...own].flatMap(([name, tensor]) => {
    const given = state.get(name);
    return given ? [{ name, tensor, given }] : [];
  });
  const wrong = [
    ...[...own.keys()].filter((name) => !state.has(name)).map((name) => `${name} is missing`),
    ...[...state.keys()].filter((name) => !own.has(name)).map((name) => `${name} is not part of ${owner}`),
    ...pairs
      .filter(({ tensor, given }) => !sameShape(given.shape, tensor.shape))
      .map(({ name, tensor, given }) => `${name} is ${describe(given)}, ${owner} has ${describe(tensor)}`),
  ];
  if (wrong.length > 0) throw new Error(`loadStateDict: ${wrong.join("; ")}`);
  for (const { tensor, given } of pairs) tensor.assign(given.detach().to(tensor.dtype));
}
