// The bilinear layer: each output is a weighted sum of all products of an element of x with one of y.
import { ChainruleError } from "../errors/error.ts";
import { checkWhole } from "../errors/numbers.ts";
import { checkTensor, takes } from "../tensor/arguments.ts";
import { describe } from "../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import { inRegion } from "../tensor/region.ts";
import { sameShape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { uniformByFanIn } from "./init/initialize.ts";
import { settings } from "./layer-tree.ts";
import type { LinearOptions } from "./linear.ts";
import { Module } from "./module.ts";

const names: OptionNames<LinearOptions> = { bias: true };

/**
 * zₖ = Σᵢⱼ xᵢ · weight[k, i, j] · yⱼ + biasₖ: x [..., I], y [..., J], weight [K, I, J], bias [K] -> [..., K]. Throws if the leading dims of x and y
 * differ, or the last ones do not fit the weight.
 */
export function bilinear(x: Tensor, y: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  takes("bilinear", arguments.length, 4);
  checkTensor("bilinear", "x", x);
  checkTensor("bilinear", "y", y);
  checkTensor("bilinear", "weight", weight);
  if (bias !== null) checkTensor("bilinear", "bias", bias);
  const [outputs, first, second] = weight.shape;
  const leading = x.shape.slice(0, -1);
  const fits = weight.ndim === 3 && x.shape.at(-1) === first && y.shape.at(-1) === second;
  if (!fits || !sameShape(leading, y.shape.slice(0, -1)))
    throw new ChainruleError(
      "shape",
      "bilinear",
      `x [..., I] and y [..., J] go with weight [K, I, J], not ${describe(x)} and ${describe(y)} with ${describe(weight)}`,
    );
  return inRegion("bilinear", { bias: bias !== null }, () => {
    const rows = sizeOf(leading);
    // [N, I] · [I, K·J] -> [N, K, J], and its products with y [N, 1, J] summed over J
    const products = x.reshape([rows, first]).matmul(weight.permute([1, 0, 2]).reshape([first, outputs * second]));
    const sums = products
      .reshape([rows, outputs, second])
      .mul(y.reshape([rows, 1, second]))
      .sum(2);
    return (bias ? sums.add(bias) : sums).reshape([...leading, outputs]);
  });
}

/** Applies bilinear with a weight [outFeatures, firstFeatures, secondFeatures] and a bias [outFeatures] of its own. */
export class Bilinear extends Module {
  /** [outFeatures, firstFeatures, secondFeatures], initially uniform in ±1/√firstFeatures. */
  readonly weight: Tensor;
  /** [outFeatures], initially uniform in ±1/√firstFeatures; null with `bias: false`. */
  readonly bias: Tensor | null;

  constructor(firstFeatures: number, secondFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    takes("Bilinear", arguments.length, 4);
    checkOptions("Bilinear", options, names);
    for (const [name, value] of Object.entries({ firstFeatures, secondFeatures, outFeatures }))
      checkWhole("Bilinear", name, value, { from: 1 });
    this.weight = uniformByFanIn([outFeatures, firstFeatures, secondFeatures], firstFeatures);
    this.bias = (options.bias ?? true) ? uniformByFanIn([outFeatures], firstFeatures) : null;
  }

  /** x [..., firstFeatures] and y [..., secondFeatures] with the same leading dims -> [..., outFeatures]. */
  forward(x: Tensor, y: Tensor): Tensor {
    takes("Bilinear.forward", arguments.length, 2);
    checkTensor("Bilinear.forward", "x", x);
    checkTensor("Bilinear.forward", "y", y);
    return bilinear(x, y, this.weight, this.bias);
  }

  override extraRepr(): string {
    const [outFeatures, first, second] = this.weight.shape;
    return settings([first, second, outFeatures], { bias: this.bias ? undefined : false });
  }
}
