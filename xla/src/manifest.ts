// The manifest: what the arguments and results of a module's function main are, as plain JSON.
import type { Sharding } from "chainrule";
import type { DType } from "chainrule/compiler";

/** The owner of a state: a module, an optimiser, an average of weights, the random generator; null for any other tensor. */
export type StateOwner = "module" | "optimizer" | "average" | "random" | null;

export interface ManifestArgument {
  /** Unique among the arguments: "0", "1.images" for inputs, by their place in the call; "0.weight", "optimizer.lr" for states. */
  readonly name: string;
  readonly kind: "input" | "state";
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** The dim that the batch lies along; null where the argument has no batch. */
  readonly batch: 0 | null;
  /** For each dim the axis of the mesh along which shard() divides it, "model" or null; null for tensors that are not divided. */
  readonly sharding: Sharding | null;
  /** The owner of a state; null for inputs. */
  readonly owner: StateOwner;
  /** The result that has the state's new contents, in whose place they are computed; null where the call does not change it. */
  readonly donatedTo: number | null;
}

export interface ManifestResult {
  /** Unique among the results. "result", "result.losses.0" for what the function returns; "0.weight.grad" for gradients. */
  readonly name: string;
  /**
   * "result": returned by the function. "state": new contents of the state of this name. "gradient": the grad of a state or input. "input":
   * new contents of the input of this name. "property": a property of a module, set by the function.
   */
  readonly kind: "result" | "state" | "gradient" | "input" | "property";
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly batch: 0 | null;
  /** As for the state whose new contents it is; null for all others. */
  readonly sharding: Sharding | null;
}

/** The size of the batch: that of the first input's dim 0. null where there is no such dim. */
export const batchOf = (inputs: readonly Shaped[]): number | null => inputs[0]?.shape[0] ?? null;

/** The dim of an input or result that the batch lies along: dim 0, if it has the batch's size. */
export const batchDimOf = ({ shape }: Shaped, batch: number | null): 0 | null =>
  batch !== null && shape[0] === batch ? 0 : null;

interface Shaped {
  readonly shape: readonly number[];
}

export interface Manifest {
  readonly format: "chainrule-xla";
  readonly version: 1;
  /** The size of the batch; null where no input has one. */
  readonly batch: number | null;
  readonly arguments: readonly ManifestArgument[];
  readonly results: readonly ManifestResult[];
  /** The states from which random numbers are drawn: int32 [2], the seed's key, and int32 [], the number of draws so far. */
  readonly random: { readonly key: string; readonly counter: string } | null;
  /** The names of inputs and states whose grad each call sets to null. */
  readonly cleared: readonly string[];
}
