// Measures the mean and standard deviation by which a data set's pictures are normalised (for MNIST 0.1307 and 0.3081).
import { checkDataset, type Dataset } from "./dataset.ts";

/** Mean and standard deviation of each channel over all pictures, of pixels in [0, 1]; std is 1 where a channel never varies. */
export function normalisation(data: Dataset): { mean: number[]; std: number[] } {
  checkDataset("normalisation", data);
  const [count, channels, height, width] = data.images.shape;
  const plane = height * width;
  const bytes = data.images.data;
  const mean: number[] = [];
  const std: number[] = [];
  for (let c = 0; c < channels; c++) {
    // Sums of integers below 2⁵³ are exact, so the order of summation does not matter.
    const histogram = new Float64Array(256);
    for (let n = 0; n < count; n++) {
      const start = (n * channels + c) * plane;
      for (let i = start; i < start + plane; i++) histogram[bytes[i]]++;
    }
    const average = (f: (x: number) => number) =>
      histogram.reduce((sum, times, byte) => sum + times * f(byte / 255), 0) / Math.max(count * plane, 1);
    mean[c] = average((x) => x);
    std[c] = Math.sqrt(average((x) => (x - mean[c]) ** 2)) || 1;
  }
  return { mean, std };
}
