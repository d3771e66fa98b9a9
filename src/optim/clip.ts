// Against the one batch whose gradients are so large that the step undoes all others (Pascanu et al. 2013).
import { checkNumber } from "../errors/numbers.ts";
import { checkTensors, takes } from "../tensor/arguments.ts";
import { zeros } from "../tensor/create.ts";
import { noGrad } from "../tensor/mode.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * The length of all gradients as one vector, √Σ g², before it is limited: each p.grad becomes p.grad · min(1, maxNorm / (norm +
 * 1e-6)). A tensor [], for use between backward() and step(), also in a compiled step; 0 where nothing has a gradient. With maxNorm
 * Infinity it only measures. Throws where maxNorm is not a number from 0. (PyTorch's clip_grad_norm_.)
 */
export function clipGradNorm(parameters: readonly Tensor[], maxNorm: number): Tensor {
  takes("clipGradNorm", arguments.length, 2);
  checkTensors("clipGradNorm", "parameters", parameters);
  checkNumber("clipGradNorm", "maxNorm", maxNorm, { from: 0, to: Infinity });
  return noGrad(() => {
    const found = parameters.flatMap((parameter) => {
      const { grad } = parameter;
      return grad === null ? [] : [{ parameter, grad }];
    });
    if (found.length === 0) return zeros([]);
    const norm = found
      .map(({ grad }) => grad.square().sum())
      .reduce((sum, square) => sum.add(square))
      .sqrt();
    if (maxNorm === Infinity) return norm;
    const scale = norm.add(1e-6).reciprocal().mul(maxNorm).clamp(undefined, 1);
    for (const { parameter, grad } of found) parameter.grad = grad.mul(scale);
    return norm;
  });
}
