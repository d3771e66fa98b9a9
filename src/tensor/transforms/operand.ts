// The inputs of batched operations: some differ within the batch, and some are the same for all of it.
import type { Tensor } from "../tensor.ts";

/** An input of a batched operation: [B, ...shape] if it differs within the batch, else [...shape]. */
export interface Operand {
  readonly tensor: Tensor;
  readonly isBatched: boolean;
}

/** The operand as [B, ...shape]. */
export const spread = ({ tensor, isBatched }: Operand, size: number): Tensor =>
  isBatched ? tensor : tensor.expand([size, ...tensor.shape]);
