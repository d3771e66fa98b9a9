// PyTorch's default initialisation of linear and convolution layers, which keeps the variance of outputs close to that of inputs.
import { randScaled } from "../../tensor/random.ts";
import type { Shape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** A parameter from the uniform distribution on [-1/√fanIn, 1/√fanIn), as kaiming_uniform_ with a = √5 gives (He et al. 2015). */
export function uniformByFanIn(shape: Shape, fanIn: number): Tensor {
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
  return randScaled(shape, 2 * bound, -bound, { requiresGrad: true });
}
