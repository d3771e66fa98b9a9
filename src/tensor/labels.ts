// Names of tensors that no module holds: the state of an optimiser, the key and counter of the random generator. Programs that read a trace
// call the states of its graph by these names.
import type { Tensor } from "./tensor.ts";

export interface Label {
  /** The object that the tensor belongs to. Names are unique in it. */
  readonly owner: object;
  /** What the owner is: "optimizer". */
  readonly kind: string;
  /** "state.0.exp_avg" */
  readonly name: string;
}

const labels = new WeakMap<Tensor, Label>();

export function label(tensor: Tensor, given: Label): void {
  labels.set(tensor, given);
}

export const labelOf = (tensor: Tensor): Label | null => labels.get(tensor) ?? null;
