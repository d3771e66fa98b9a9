// Statistics of samples.

/** The middle sample; of an even number of samples the upper of the two in the middle, so that the median is a sample. */
export function median(values) {
  return values.toSorted((x, y) => x - y)[values.length >> 1];
}

/** The sample below which a tenth of them lie: what neighbours on a shared machine do not slow down. */
export const quietTenth = (values) => values.toSorted((x, y) => x - y)[Math.floor(values.length / 10)];

export function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
