// The median stopping rule (Golovin et al., Google Vizier, KDD 2017): a trial ends at an epoch where its lowest validation loss so far is
// higher than the median, over the other trials, of their mean loss up to that epoch. Such a trial is never the best one: one of the others
// had a lower loss already.

/** The number of epochs that each trial may have, and the number of trials that it takes to compare with. */
const minEpochs = 2;
const minRivals = 3;

/** Whether a trial with these validation losses, one an epoch, ends here; `others` are the losses of earlier trials. */
export function isBehind(losses: readonly number[], others: readonly (readonly number[])[]): boolean {
  const epochs = losses.length;
  const rivals = others.filter(({ length }) => length >= epochs);
  if (epochs < minEpochs || rivals.length < minRivals) return false;
  const means = rivals.map((rival) => rival.slice(0, epochs).reduce((sum, loss) => sum + loss, 0) / epochs);
  return Math.min(...losses) > median(means);
}

export function median(values: readonly number[]): number {
  const order = [...values].sort((a, b) => a - b);
  const middle = order.length >> 1;
  return order.length % 2 === 1 ? order[middle] : (order[middle - 1] + order[middle]) / 2;
}
