// A run as tensors and plain data, to be written to one file. The model's weights have their own names, so that the file is also a
// model; beside them stand
//
//   optimizer.*   what the optimiser remembers, its learning rate included
//   rng           the state of the run's random stream
//   best.*        the weights of the best epoch, under keepBest
//   last.*        after the end, when the model has its best weights: those of the last step, for a run that is prolonged
import { ChainruleError } from "../errors/error.ts";
import type { Module } from "../nn/module.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Resume } from "./options.ts";
import type { Position } from "./position.ts";
import type { RandomStream } from "./random-stream.ts";

/**
 * A run between two steps, for `resume`: what stands in `tensors` goes to one file, `position` is plain data for JSON.
 */
export interface Checkpoint {
  readonly tensors: Map<string, Tensor>;
  /** Plain data: JSON.parse(JSON.stringify(position)) serves as well. */
  readonly position: Position;
}

type State = ReadonlyMap<string, Tensor>;

export interface Parts {
  readonly model: Module;
  readonly optimizer: Optimizer;
  readonly random: RandomStream;
}

/** Weights beside the model's own, each null where there are none. */
export interface Kept {
  readonly best: State | null;
  readonly last: State | null;
}

const families = ["optimizer.", "best.", "last."] as const;

/** Throws where the model's names would be taken for something else. */
export function checkNames(model: Module): void {
  for (const name of model.stateDict().keys())
    if (name === "rng" || families.some((family) => name.startsWith(family)))
      throw new ChainruleError(
        "option",
        "fit",
        `the model's "${name}" has a name that checkpoints use themselves; rename the property`,
      );
}

/** Everything as it is now; what training does later does not change it. */
export function gather({ model, optimizer, random }: Parts, { best, last }: Kept): Map<string, Tensor> {
  const under = (family: string, state: State | null): [string, Tensor][] =>
    [...(state ?? [])].map(([name, tensor]) => [family + name, tensor]);
  return new Map([
    ...model.stateDict(),
    ...under("optimizer.", optimizer.stateDict()),
    ["rng", random.state] as const,
    ...under("best.", best),
    ...under("last.", last),
  ]);
}

/** Gives model, optimiser and stream what the checkpoint has of them. Throws, and changes nothing, where anything does not fit. */
export function restore({ model, optimizer, random }: Parts, { tensors }: Resume): Kept {
  const family = (prefix: string): State | null => {
    const found = [...tensors].filter(([name]) => name.startsWith(prefix));
    return found.length === 0 ? null : new Map(found.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
  };
  const own = new Map(
    [...tensors].filter(([name]) => name !== "rng" && !families.some((prefix) => name.startsWith(prefix))),
  );
  const [best, last, rng] = [family("best."), family("last."), tensors.get("rng")];
  const before = model.stateDict();
  const stateBefore = optimizer.stateDict();
  try {
    if (rng === undefined) throw new ChainruleError("state", "fit", "rng is missing");
    // Each is tried on the model, so that a wrong one is found now and not when it is needed.
    for (const state of [best, own, last]) if (state !== null) model.loadStateDict(state);
    optimizer.loadStateDict(family("optimizer.") ?? new Map());
    random.load(rng);
  } catch (error) {
    model.loadStateDict(before);
    optimizer.loadStateDict(stateBefore);
    throw new ChainruleError(
      "state",
      "fit",
      `resume does not fit: ${error instanceof Error ? error.message : error}; make model and optimizer as they were made when it began`,
      {},
      {
        cause: error,
      },
    );
  }
  return last === null ? { best, last: null } : { best: own, last: null };
}
