// Blurs pictures, so that a stroke that lies one pixel beside another is near to it.
import { type Tensor, tensor } from "chainrule";

/** Bytes [N, C, H, W] as numbers from 0 to 1, [N, C·H·W], each the mean of its neighbourhood with the weights 1 2 1 in both directions. */
export function blurred({ shape, data }: Tensor): Tensor {
  const [count, channels, height, width] = shape;
  const planes = count * channels;
  const across = new Float32Array(data.length);
  for (let row = 0; row < planes * height; row++)
    for (let x = 0; x < width; x++) {
      const at = row * width + x;
      const [before, after] = [x > 0 ? Number(data[at - 1]) : 0, x < width - 1 ? Number(data[at + 1]) : 0];
      across[at] = (before + 2 * Number(data[at]) + after) / (4 * 255);
    }
  const result = new Float32Array(data.length);
  for (let plane = 0; plane < planes; plane++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const at = (plane * height + y) * width + x;
        const [above, below] = [y > 0 ? across[at - width] : 0, y < height - 1 ? across[at + width] : 0];
        result[at] = (above + 2 * across[at] + below) / 4;
      }
  return tensor(result, { shape: [count, channels * height * width] });
}
