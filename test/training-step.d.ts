// What the tests, which are TypeScript, know of training-step.js, which Node and browsers read as it is.
import type { Tensor } from "chainrule";

export function trainingStep<A extends readonly Tensor[]>(
  loss: (...batch: A) => Tensor,
  optimizer: { zeroGrad(): void; step(): void },
): (...batch: A) => Tensor;
