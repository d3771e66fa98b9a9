// A checkpoint: a run as tensors and plain data, which can be written to one file. The model's weights have the names of its state dict, so
// that the file is also a model file. The other tensors are
//
//   optimizer.*   the optimiser's state dict with its learning rate; several optimisers have their names: optimizer.generator.*
//   state.*       the state dicts of the option `state`, by their names
//   rng           the state of the run's random stream
//   best.*        the weights of the best epoch, with keepBest
//   last.*        the weights of the last step, after the end of a run whose model got its best weights; a longer run continues from them
import { ChainruleError } from "../errors/error.ts";
import type { Module } from "../nn/module.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Resume } from "./options.ts";
import type { RandomStream } from "./random-stream.ts";
import type { Position } from "./saved-position.ts";

/** A run between two steps, for `resume`: `tensors` for one file, and `position`, plain data for JSON. */
export interface Checkpoint {
  readonly tensors: Map<string, Tensor>;
  /** Plain data: JSON.parse(JSON.stringify(position)) is equivalent. */
  readonly position: Position;
}

type State = ReadonlyMap<string, Tensor>;

/** An object whose state is in tensors: averages of weights, an optimiser, a module. */
export interface Stateful {
  /** Returns the whole current state. */
  stateDict(): ReadonlyMap<string, Tensor>;
  /** Restores the state. Throws, and changes nothing, if it does not fit. */
  loadStateDict(state: ReadonlyMap<string, Tensor>): unknown;
}

export interface Parts {
  readonly model: Module;
  /** By name; a single optimiser has the name "". */
  readonly optimizers: ReadonlyMap<string, Optimizer>;
  readonly state: ReadonlyMap<string, Stateful>;
  readonly random: RandomStream;
}

/** Weights of other epochs than the model's current ones; null if there are none. */
export interface OtherWeights {
  readonly best: State | null;
  readonly last: State | null;
}

/** All parts except the model, with the prefixes of their tensors' names: "optimizer.", "state.average.". */
function pieces({ optimizers, state }: Parts): [prefix: string, piece: Stateful][] {
  return [
    ...[...optimizers].map(([name, optimizer]): [string, Stateful] => [
      `optimizer.${name === "" ? "" : `${name}.`}`,
      optimizer,
    ]),
    ...[...state].map(([name, piece]): [string, Stateful] => [`state.${name}.`, piece]),
  ];
}

/** The prefixes of names that are not the model's. */
const familiesOf = ({ state }: Pick<Parts, "state">): readonly string[] => [
  "optimizer.",
  "best.",
  "last.",
  ...(state.size > 0 ? ["state."] : []),
];

/** Throws if a name of the model, an optimiser or a state would be ambiguous in a checkpoint. */
export function checkNames({ model, optimizers, state }: Omit<Parts, "random">): void {
  const families = familiesOf({ state });
  for (const name of model.stateDict().keys())
    if (name === "rng" || families.some((family) => name.startsWith(family)))
      throw new ChainruleError(
        "option",
        "fit",
        `the model's "${name}" has a name that checkpoints reserve; rename the property`,
      );
  for (const name of [...optimizers.keys(), ...state.keys()])
    if (name.includes("."))
      throw new ChainruleError(
        "option",
        "fit",
        `the name "${name}" contains a point, which separates names in checkpoints; rename it`,
      );
}

/** Returns all tensors with their current contents; later training does not change them. */
export function gather(parts: Parts, { best, last }: OtherWeights): Map<string, Tensor> {
  const under = (family: string, state: State | null): [string, Tensor][] =>
    [...(state ?? [])].map(([name, tensor]) => [family + name, tensor]);
  return new Map([
    ...parts.model.stateDict(),
    ...pieces(parts).flatMap(([prefix, piece]) => under(prefix, piece.stateDict())),
    ["rng", parts.random.state] as const,
    ...under("best.", best),
    ...under("last.", last),
  ]);
}

/** Restores each part from the checkpoint. Throws, and changes nothing, if anything does not fit. */
export function restore(parts: Parts, { tensors }: Resume): OtherWeights {
  const { model, random } = parts;
  const families = familiesOf(parts);
  const family = (prefix: string): State | null => {
    const found = [...tensors].filter(([name]) => name.startsWith(prefix));
    return found.length === 0 ? null : new Map(found.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
  };
  const own = new Map(
    [...tensors].filter(([name]) => name !== "rng" && !families.some((prefix) => name.startsWith(prefix))),
  );
  const [best, last, rng] = [family("best."), family("last."), tensors.get("rng")];
  const owners: [string, Stateful][] = [["", model], ...pieces(parts)];
  const before = owners.map(([, piece]) => new Map(piece.stateDict()));
  try {
    if (rng === undefined) throw new ChainruleError("state", "fit", "rng is missing");
    // All weights are loaded into the model once, so that wrong ones are found now and not when they are needed.
    for (const state of [best, own, last]) if (state !== null) model.loadStateDict(state);
    const claimed = ["best.", "last.", ...pieces(parts).map(([prefix]) => prefix)];
    const left = [...tensors.keys()].find(
      (name) => name !== "rng" && !own.has(name) && !claimed.some((prefix) => name.startsWith(prefix)),
    );
    if (left !== undefined) throw new ChainruleError("state", "fit", `${left} is no tensor of this run`);
    for (const [prefix, piece] of pieces(parts)) piece.loadStateDict(family(prefix) ?? new Map());
    random.load(rng);
  } catch (error) {
    for (const [i, [, piece]] of owners.entries()) piece.loadStateDict(before[i]);
    const reason = error instanceof Error ? error.message : String(error);
    throw new ChainruleError(
      "state",
      "fit",
      `resume does not fit: ${reason}; make model and optimizer as they were made when the run began`,
      { reason: "tensors" },
      { cause: error },
    );
  }
  return last === null ? { best, last: null } : { best: own, last: null };
}
