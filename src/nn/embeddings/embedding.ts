// The embedding layer: a table with one learned vector, a row, for each word, letter or other thing that has a number.
import { ChainruleError } from "../../errors/error.ts";
import { checkWhole } from "../../errors/numbers.ts";
import { takes } from "../../tensor/arguments.ts";
import { describe } from "../../tensor/dtype.ts";
import { randn } from "../../tensor/random.ts";
import { inRegion } from "../../tensor/region.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { within } from "../../tensor/within.ts";
import { checkInput } from "../input.ts";
import { settings } from "../layer-tree.ts";
import { type Layer, Module } from "../module.ts";

/**
 * Looks up row i of the weight for each index i: indices [...] -> [..., size]. The weight is [count, size], initialised from the
 * normal distribution with mean 0 and variance 1. The gradient of a row is the sum over its uses. Throws unless the indices are int32
 * or uint8 and from 0 to count - 1.
 */
export class Embedding extends Module implements Layer {
  readonly weight: Tensor;

  constructor(count: number, size: number) {
    super();
    takes("Embedding", arguments.length, 2);
    checkWhole("Embedding", "count", count, { from: 1 });
    checkWhole("Embedding", "size", size, { from: 1 });
    this.weight = randn([count, size], { requiresGrad: true });
  }

  forward(indices: Tensor): Tensor {
    checkInput("Embedding.forward", indices, arguments.length);
    if (indices.dtype !== "int32" && indices.dtype !== "uint8")
      throw new ChainruleError(
        "dtype",
        "Embedding.forward",
        `indices are int32 or uint8, not ${describe(indices)}; use to("int32")`,
      );
    const [, size] = this.weight.shape;
    return inRegion("embedding", {}, () =>
      within("Embedding.forward", () =>
        this.weight.indexSelect(0, indices.reshape([indices.size])).reshape([...indices.shape, size]),
      ),
    );
  }

  override extraRepr(): string {
    return settings(this.weight.shape);
  }
}
