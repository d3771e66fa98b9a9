// Grids of coordinates, and stacks of rows and columns.
import { ChainruleError } from "../../errors/error.ts";
import { checkTensors, shown, takes } from "../arguments.ts";
import { describe, promote } from "../dtype.ts";
import { concat } from "../functions.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";

/** The options of meshgrid. */
export interface MeshgridOptions {
  /** "ij": the first tensor runs along the first dim. "xy": the first runs along the second dim, and the second along the first. "ij" if left out. */
  readonly indexing?: "ij" | "xy" | undefined;
}

const names: OptionNames<MeshgridOptions> = { indexing: true };

/** Coordinates of a grid: for vectors of n, m, ... elements as many tensors [n, m, ...], each of which repeats its vector along its own dim. */
export function meshgrid(tensors: readonly Tensor[], options: MeshgridOptions = {}): Tensor[] {
  takes("meshgrid", arguments.length, 2);
  checkTensors("meshgrid", "tensors", tensors);
  checkOptions("meshgrid", options, names);
  const { indexing = "ij" } = options;
  if (indexing !== "ij" && indexing !== "xy")
    throw new ChainruleError("option", "meshgrid", `indexing is "ij" or "xy", not ${shown(indexing)}`);
  if (tensors.length === 0)
    throw new ChainruleError("option", "meshgrid", "the list is empty; pass at least one tensor");
  const long = tensors.find((x) => x.ndim > 1);
  if (long) throw new ChainruleError("shape", "meshgrid", `takes vectors, not ${describe(long)}`);
  const mixed = tensors.find((x) => x.dtype !== tensors[0].dtype);
  if (mixed)
    throw new ChainruleError(
      "dtype",
      "meshgrid",
      `takes one dtype, not ${describe(tensors[0])} and ${describe(mixed)}`,
    );
  const isSwapped = indexing === "xy" && tensors.length > 1;
  const dimOf = (i: number) => (isSwapped && i < 2 ? 1 - i : i);
  const shape = tensors.map((_, dim) => tensors[dimOf(dim)].size);
  return tensors.map((x, i) => x.reshape(shape.map((_, dim) => (dim === dimOf(i) ? x.size : 1))).expand(shape));
}

function joined(
  call: "hstack" | "vstack",
  tensors: readonly Tensor[],
  minDims: number,
  dim: (rank: number) => number,
): Tensor {
  checkTensors(call, "tensors", tensors);
  return within(call, () => {
    const raised = tensors.map((x) =>
      x.ndim >= minDims ? x : x.reshape([...Array.from({ length: minDims - Math.max(x.ndim, 1) }, () => 1), x.size]),
    );
    const dtype = tensors.map((x) => x.dtype).reduce(promote, "bool");
    return concat(
      raised.map((x) => x.to(dtype)),
      dim(raised[0]?.ndim ?? 1),
    );
  });
}

/** Joins tensors side by side: vectors along their dim, others along the second dim. */
export function hstack(tensors: readonly Tensor[]): Tensor {
  takes("hstack", arguments.length, 1);
  return joined("hstack", tensors, 1, (rank) => (rank === 1 ? 0 : 1));
}

/** Joins tensors below each other, along the first dim; vectors are rows. */
export function vstack(tensors: readonly Tensor[]): Tensor {
  takes("vstack", arguments.length, 1);
  return joined("vstack", tensors, 2, () => 0);
}
