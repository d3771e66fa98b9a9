// The names of a model's tensors in other formats: those of its stateDict.
import type { Tensor } from "../tensor/tensor.ts";

/** What names its tensors as a Module does. */
export interface NamesTensors {
  namedParameters(): readonly (readonly [name: string, tensor: Tensor])[];
  namedBuffers(): readonly (readonly [name: string, tensor: Tensor])[];
}

/** The names of parameters and buffers; a tensor that is used twice has the first of its names. */
export function tensorNames(model: NamesTensors): ReadonlyMap<Tensor, string> {
  const named = [...model.namedParameters(), ...model.namedBuffers()];
  return new Map(named.map(([name, tensor]) => [tensor, name]));
}
