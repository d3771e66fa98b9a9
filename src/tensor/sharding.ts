// Hints on how a tensor is divided among devices, for weights that are too large for one of them (tensor parallelism). Backends on one device
// ignore them; "xla" places the tensor accordingly, and XLA divides the computations that use it.
import { ChainruleError } from "../errors/error.ts";
import { checkTensor, takes } from "./arguments.ts";
import { describe } from "./dtype.ts";
import type { Tensor } from "./tensor.ts";

/** The axis of the devices' mesh beside "batch", along which weights are divided. */
export type MeshAxis = "model";

/** For each dim of a tensor, the axis of the mesh along which it is divided; null: it is not. */
export type Sharding = readonly (MeshAxis | null)[];

const shardings = new WeakMap<Tensor, Sharding>();

/**
 * Says that dims of a tensor, such as a weight, are divided among devices along an axis of their mesh: shard(linear.weight, { 0: "model" }) gives
 * each device some rows of the weight, [outputs, inputs], and so some outputs. Returns the tensor. The optimisers that are made afterwards
 * divide their state in the same way. Results do not change, except for the order of sums. How many devices the axis has is an option of
 * xlaReady() in chainrule-xla. Throws if the tensor does not have the dim.
 */
export function shard(tensor: Tensor, axes: Readonly<Record<number, MeshAxis>>): Tensor {
  takes("shard", arguments.length, 2);
  checkTensor("shard", "tensor", tensor);
  const given = Object.entries(axes ?? {});
  for (const [dim, axis] of given) {
    if (!(Number(dim) in tensor.shape))
      throw new ChainruleError("index", "shard", `${describe(tensor)} has no dim ${dim}`, { dim: Number(dim) });
    if (axis !== "model")
      throw new ChainruleError(
        "option",
        "shard",
        `there is no axis ${String(axis)}; weights are divided along "model"`,
      );
  }
  const axisOf = new Map(given.map(([dim, axis]) => [Number(dim), axis]));
  shardings.set(
    tensor,
    tensor.shape.map((_, dim) => axisOf.get(dim) ?? null),
  );
  return tensor;
}

/** How a tensor is divided; null if it is not. */
export const shardingOf = (tensor: Tensor): Sharding | null => shardings.get(tensor) ?? null;

/** Divides a tensor of the same shape as another one is divided. */
export function shardLike(tensor: Tensor, other: Tensor): Tensor {
  const sharding = shardings.get(other);
  if (sharding !== undefined) shardings.set(tensor, sharding);
  return tensor;
}
