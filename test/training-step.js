// The training step that tests, benches and test pages share: what a user writes, said once. It imports nothing, so that each of them
// can have it run with the library of its choice: src/, dist/, or a copy that is timed.

/** Forward, backward, update. `loss(...batch)` is a scalar; a step gives the loss as it was before the update. */
export const trainingStep =
  (loss, optimizer) =>
  (...batch) => {
    const value = loss(...batch);
    optimizer.zeroGrad();
    value.backward();
    optimizer.step();
    return value;
  };
