// Batches of several processes: each process makes only its own rows of each batch, and the tensors have the shape of the whole batch. A batch
// that the processes do not divide, such as the last of an epoch, is made whole by each.
import { type ProcessOf, rowsOf, shareOf } from "../tensor/share.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { mapLeaves } from "./nesting.ts";

/** Of the examples of a batch, those that this process makes. */
export function ownOf<T extends { readonly length: number; slice(from: number, to: number): T }>(
  examples: T,
  share: ProcessOf | undefined,
): T {
  const rows = share === undefined ? null : rowsOf(examples.length, share);
  return rows === null ? examples : examples.slice(...rows);
}

/** The rows that this process made, as the whole batch of `batch` examples. */
export function asWhole(made: unknown, batch: number, share: ProcessOf | undefined): unknown {
  const rows = share === undefined ? null : rowsOf(batch, share);
  if (rows === null) return made;
  return mapLeaves(made, (leaf) => shareOf(leaf as Tensor, { from: rows[0], batch }));
}
