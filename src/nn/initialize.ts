// How parameters begin: PyTorch's default for layers that multiply, so that what goes in and what comes out vary alike.
import { randScaled } from "../tensor/random.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Uniform in [-1/√fanIn, 1/√fanIn): what kaiming_uniform with a = √5 comes to (He et al. 2015). */
export function uniformByFanIn(shape: Shape, fanIn: number): Tensor {
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
  return randScaled(shape, 2 * bound, -bound, { requiresGrad: true });
}
