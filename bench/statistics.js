// What the benches make of their samples.

/** The middle one; of an even number the upper of the two in the middle, which is a sample too. */
export function median(values) {
  return values.toSorted((x, y) => x - y)[values.length >> 1];
}

export function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
