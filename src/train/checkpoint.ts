// A run as tensors and plain data, to be written to one file. The model's weights have their own names, so that the file is also a
// model; beside them stand
//
//   optimizer.*   what the optimiser remembers, its learning rate included; of several, each under its name: optimizer.generator.*
//   state.*       what else belongs to the run, each under its name
//   rng           the state of the run's random stream
//   best.*        the weights of the best epoch, under keepBest
//   last.*        after the end, when the model has its best weights: those of the last step, for a run that is prolonged
import { ChainruleError } from "../errors/error.ts";
import type { Module } from "../nn/module.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Resume } from "./options.ts";
import type { RandomStream } from "./random-stream.ts";
import type { Position } from "./saved-position.ts";

/**
 * A run between two steps, for `resume`: what stands in `tensors` goes to one file, `position` is plain data for JSON.
 */
export interface Checkpoint {
  readonly tensors: Map<string, Tensor>;
  /** Plain data: JSON.parse(JSON.stringify(position)) serves as well. */
  readonly position: Position;
}

type State = ReadonlyMap<string, Tensor>;

/** What remembers something in tensors: averages of weights, an optimiser, a module. */
export interface Stateful {
  /** All of it, as it is now. */
  stateDict(): ReadonlyMap<string, Tensor>;
  /** Takes it over. Throws, and changes nothing, where it does not fit. */
  loadStateDict(state: ReadonlyMap<string, Tensor>): unknown;
}

export interface Parts {
  readonly model: Module;
  /** By name; one that stands alone has the name "". */
  readonly optimizers: ReadonlyMap<string, Optimizer>;
  readonly state: ReadonlyMap<string, Stateful>;
  readonly random: RandomStream;
}

/** Weights beside the model's own, each null where there are none. */
export interface Kept {
  readonly best: State | null;
  readonly last: State | null;
}

/** Each beside the model, by what its tensors' names begin with: "optimizer.", "state.average.". */
function pieces({ optimizers, state }: Parts): [prefix: string, piece: Stateful][] {
  return [
    ...[...optimizers].map(([name, optimizer]): [string, Stateful] => [
      `optimizer.${name === "" ? "" : `${name}.`}`,
      optimizer,
    ]),
    ...[...state].map(([name, piece]): [string, Stateful] => [`state.${name}.`, piece]),
  ];
}

const familiesOf = ({ state }: Pick<Parts, "state">): readonly string[] => [
  ...["optimizer.", "best.", "last."],
  ...(state.size > 0 ? ["state."] : []),
];

/** Throws where a name would be taken for something else. */
export function checkNames({ model, optimizers, state }: Omit<Parts, "random">): void {
  const families = familiesOf({ state });
  for (const name of model.stateDict().keys())
    if (name === "rng" || families.some((family) => name.startsWith(family)))
      throw new ChainruleError(
        "option",
        "fit",
        `the model's "${name}" has a name that checkpoints use themselves; rename the property`,
      );
  for (const name of [...optimizers.keys(), ...state.keys()])
    if (name.includes("."))
      throw new ChainruleError("option", "fit", `"${name}" has a point, which divides names in checkpoints; rename it`);
}

/** Everything as it is now; what training does later does not change it. */
export function gather(parts: Parts, { best, last }: Kept): Map<string, Tensor> {
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

/** Gives each part what the checkpoint has of it. Throws, and changes nothing, where anything does not fit. */
export function restore(parts: Parts, { tensors }: Resume): Kept {
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
    // Each is tried on the model, so that a wrong one is found now and not when it is needed.
    for (const state of [best, own, last]) if (state !== null) model.loadStateDict(state);
    const claimed = ["best.", "last.", ...pieces(parts).map(([prefix]) => prefix)];
    const left = [...tensors.keys()].find(
      (name) => name !== "rng" && !own.has(name) && !claimed.some((prefix) => name.startsWith(prefix)),
    );
    if (left !== undefined) throw new ChainruleError("state", "fit", `${left} belongs to no part of this run`);
    for (const [prefix, piece] of pieces(parts)) piece.loadStateDict(family(prefix) ?? new Map());
    random.load(rng);
  } catch (error) {
    for (const [i, [, piece]] of owners.entries()) piece.loadStateDict(before[i]);
    const reason = error instanceof Error ? error.message : String(error);
    throw new ChainruleError(
      "state",
      "fit",
      `resume does not fit: ${reason}; make model and optimizer as they were made when it began`,
      { reason: "tensors" },
      { cause: error },
    );
  }
  return last === null ? { best, last: null } : { best: own, last: null };
}
