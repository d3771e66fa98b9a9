// The fully connected layer, of which a multilayer perceptron consists: every output is a weighted sum of all inputs.
import { ChainruleError } from "../errors/error.ts";
import { checkWhole } from "../errors/numbers.ts";
import { takes } from "../tensor/arguments.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import { inRegion } from "../tensor/region.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { uniformByFanIn } from "./init/initialize.ts";
import { checkInput } from "./input.ts";
import { settings } from "./layer-tree.ts";
import { type Layer, Module } from "./module.ts";

/** The options of Linear. */
export interface LinearOptions {
  /** Whether the layer has a bias; true if left out. */
  readonly bias?: boolean | undefined;
}

const names: OptionNames<LinearOptions> = { bias: true };

/** y = x · weightᵀ + bias: [..., inFeatures] -> [..., outFeatures]; weight [outFeatures, inFeatures], bias [outFeatures]. */
export class Linear extends Module implements Layer {
  /** [outFeatures, inFeatures], initially uniform in ±1/√inFeatures. */
  readonly weight: Tensor;
  /** [outFeatures], initially uniform in ±1/√inFeatures; null with `bias: false`. */
  readonly bias: Tensor | null;

  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    takes("Linear", arguments.length, 3);
    checkOptions("Linear", options, names);
    const { bias = true } = options;
    checkWhole("Linear", "inFeatures", inFeatures, { from: 1 });
    checkWhole("Linear", "outFeatures", outFeatures, { from: 1 });
    this.weight = uniformByFanIn([outFeatures, inFeatures], inFeatures);
    this.bias = bias ? uniformByFanIn([outFeatures], inFeatures) : null;
  }

  forward(x: Tensor): Tensor {
    checkInput("Linear.forward", x, arguments.length);
    // Read once: layers whose weight is computed compute it at each read.
    const { weight } = this;
    const [outFeatures, inFeatures] = weight.shape;
    if (x.shape.at(-1) !== inFeatures) {
      throw new ChainruleError(
        "shape",
        "Linear.forward",
        `${inFeatures} features go in and ${outFeatures} come out, but x is ${x.dtype}[${x.shape}]; its last dim should be ${inFeatures}`,
      );
    }
    return inRegion("linear", {}, () => {
      const y = x.matmul(weight.transpose());
      return this.bias ? y.add(this.bias) : y;
    });
  }

  override extraRepr(): string {
    const [outFeatures, inFeatures] = this.weight.shape;
    return settings([inFeatures, outFeatures], { bias: this.bias ? undefined : false });
  }
}
