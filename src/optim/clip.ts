// Gradient clipping, for the rare batch whose gradients are so large that its step would undo many others (Pascanu et al. 2013).
import { checkNumber } from "../errors/numbers.ts";
import { checkTensors, takes } from "../tensor/arguments.ts";
import { zeros } from "../tensor/create.ts";
import { noGrad } from "../tensor/mode.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * Clips the norm of all gradients together, and returns the norm before, √Σ g², a tensor []: each p.grad becomes p.grad ·
 * min(1, maxNorm / (norm + 1e-6)). Call it between backward() and step(), also in a compiled step. The norm is 0 if no parameter has a
 * gradient. With maxNorm Infinity no gradient changes. Throws unless maxNorm is a number from 0. (PyTorch's clip_grad_norm_.)
 */
export function clipGradNorm(parameters: readonly Tensor[], maxNorm: number): Tensor {
  takes("clipGradNorm", arguments.length, 2);
  checkTensors("clipGradNorm", "parameters", parameters);
  checkNumber("clipGradNorm", "maxNorm", maxNorm, { from: 0, to: Infinity });
  return noGrad(() => {
    const pairs = parameters.flatMap((parameter) => {
      const { grad } = parameter;
      return grad === null ? [] : [{ parameter, grad }];
    });
    if (pairs.length === 0) return zeros([]);
    const norm = pairs
      .map(({ grad }) => grad.square().sum())
      .reduce((sum, square) => sum.add(square))
      .sqrt();
    if (maxNorm === Infinity) return norm;
    const scale = norm.add(1e-6).reciprocal().mul(maxNorm).clamp(undefined, 1);
    for (const { parameter, grad } of pairs) parameter.grad = grad.mul(scale);
    return norm;
  });
}
