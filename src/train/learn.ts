// A training step on a batch, as one function for the compiler: loss, gradients, update, and the numbers for events.
import type { Module } from "../nn/module.ts";
import { clipGradNorm } from "../optim/clip.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { type Computed, lossOf, type Metrics, tally } from "./tally.ts";

interface Learner {
  readonly model: Module;
  /** All of them update their parameters in each step. */
  readonly optimizers: readonly Optimizer[];
  readonly clipNorm: number | undefined;
  /** Calls the user's loss. */
  readonly loss: (batch: unknown) => unknown;
  readonly metrics: Metrics;
}

export function learner({ model, optimizers, clipNorm, loss, metrics }: Learner): (batch: unknown) => Computed {
  return (batch) => {
    const result = loss(batch);
    const total = lossOf("fit", result);
    for (const optimizer of optimizers) optimizer.zeroGrad();
    total.backward();
    if (clipNorm !== undefined) clipGradNorm(model.parameters(), clipNorm);
    for (const optimizer of optimizers) optimizer.step();
    return tally("fit", result, batch, metrics);
  };
}
