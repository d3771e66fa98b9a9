// The graph of any function that compile takes, such as a whole training step, with the roles of its arguments, results and states: for
// packages that run graphs elsewhere and carry out the function's effects themselves.

import { internal } from "../errors/error.ts";
import { describe } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Graph } from "./graph.ts";
import { mapTensors, placesOf, signatureOf } from "./structure.ts";
import { argumentGrads, trace } from "./trace.ts";
import type { Traced } from "./traced.ts";

/** An argument of the graph. */
export interface TracedArgument {
  /** Where the tensor stands in the call: "0", or "1.images". */
  readonly place: string;
  readonly tensor: Tensor;
  /** Whether the argument is the tensor's grad. */
  readonly isGradient: boolean;
}

/** What a call does with a result of the graph. */
export type ResultRole =
  /** Returns it, at this place: "" for the value itself, "losses.0" within it. */
  | { readonly kind: "returned"; readonly place: string }
  /** Makes it the grad of an argument, or of a tensor from outside. */
  | { readonly kind: "gradient"; readonly of: TensorRole }
  /** Assigns it to an argument. */
  | { readonly kind: "assigned"; readonly argument: number }
  /** Makes it a property of an object from outside, or a part of one. */
  | { readonly kind: "property"; readonly owner: object; readonly key: string };

/** An argument of the graph by its index, or a tensor from outside. */
export type TensorRole = { readonly argument: number } | { readonly outside: Tensor };

export interface TracedFunction {
  readonly graph: Graph;
  readonly arguments: readonly TracedArgument[];
  /** The tensors from outside that the function reads or changes: states[i] belongs to the node `state i`. */
  readonly states: readonly Tensor[];
  /** One for each result of the graph. */
  readonly results: readonly ResultRole[];
  /** The tensors whose grad each call sets to null. */
  readonly cleared: readonly TensorRole[];
  /** The objects whose properties the function read, such as modules, in the order of the first read. */
  readonly owners: readonly object[];
}

/**
 * Traces f for these arguments without computing anything, as compile does: tensors in nested lists, records and maps by shape and dtype,
 * everything else by value. Each tensor that f returns is a result of the graph, also where it is an argument or a state. No contents
 * change. Results have no history. Throws where f reads the contents of a tensor.
 */
export function traceFunction(f: (...args: never[]) => unknown, args: readonly unknown[]): TracedFunction {
  const run = f as (...inside: unknown[]) => unknown;
  const { tensors } = signatureOf(args);
  const traced = trace((...inside) => mapTensors(run(...inside), (tensor) => tensor.detach()), args, tensors, {
    lines: false,
  });
  const { graph, states, owners } = traced;
  const places = args.flatMap((arg, i) => [...placesOf(arg, String(i))]);
  const placeOf = new Map(places.toReversed());
  const grads = argumentGrads(tensors);
  return {
    graph,
    arguments: [
      ...tensors.map((tensor) => ({ place: placeOf.get(tensor) ?? "", tensor, isGradient: false })),
      ...tensors.flatMap((tensor) =>
        tensor.grad !== null && grads.includes(tensor.grad)
          ? [{ place: placeOf.get(tensor) ?? "", tensor: tensor.grad, isGradient: true }]
          : [],
      ),
    ],
    states,
    results: rolesOf(traced),
    cleared: traced.grads.flatMap(({ tensor, grad }) => (grad === null ? [roleOf(traced, tensor)] : [])),
    owners,
  };
}

function roleOf({ standIns }: Traced, tensor: Tensor): TensorRole {
  const argument = standIns.get(tensor);
  return argument === undefined ? { outside: tensor } : { argument };
}

/** The role of each result; where it has several, what is returned goes first. */
function rolesOf(traced: Traced): ResultRole[] {
  const { results, returned, grads, assigned, written } = traced;
  const roles = new Map<Tensor, ResultRole>();
  for (const { owner, key, value } of written)
    for (const tensor of placesOf(value, key).keys()) roles.set(tensor, { kind: "property", owner, key });
  for (const [argument, tensor] of assigned) roles.set(tensor, { kind: "assigned", argument });
  for (const { tensor, grad } of grads)
    if (grad !== null) roles.set(grad, { kind: "gradient", of: roleOf(traced, tensor) });
  for (const [tensor, place] of placesOf(returned, ""))
    roles.set(tensor, { kind: "returned", place: place.replace(/^\./, "") });
  return results.map((tensor) => {
    const role = roles.get(tensor);
    if (role === undefined) throw internal(`nothing is done with the result ${describe(tensor)}`);
    return role;
  });
}
