// The places of the neurons: inputs at the left, then a column for each layer, the output at the right. Places are fractions of the
// picture's width and height, so that the layout fits any size.

export interface Spot {
  /** The layer's index; -1 for the inputs. */
  readonly layer: number;
  readonly neuron: number;
  /** Fractions of the width and the height, 0 to 1. */
  readonly x: number;
  readonly y: number;
}

/** The places of all inputs and neurons. `sizes`: the number of neurons of each layer, the output layer last. */
export function spotsOf(sizes: readonly number[], inputs: number): Spot[] {
  const columns = [inputs, ...sizes];
  const tallest = Math.max(...columns);
  return columns.flatMap((count, column) =>
    Array.from({ length: count }, (_, neuron) => ({
      layer: column - 1,
      neuron,
      x: (column + 0.5) / columns.length,
      y: 0.5 + (neuron - (count - 1) / 2) / tallest,
    })),
  );
}

export interface Link {
  readonly layer: number;
  readonly neuron: number;
  readonly input: number;
  readonly from: Spot;
  readonly to: Spot;
}

/** One link for each weight. */
export function linksOf(spots: readonly Spot[]): Link[] {
  return spots.flatMap((to) =>
    spots
      .filter(({ layer }) => layer === to.layer - 1)
      .map((from) => ({ layer: to.layer, neuron: to.neuron, input: from.neuron, from, to })),
  );
}
