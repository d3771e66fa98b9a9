// Fits a picture into a frame of another shape: scales it with its proportions kept, places it in the middle, and fills the rest of the
// frame with the level of the picture's edge.
import { channelOf, edgeLevel, type Levels } from "./picture.ts";
import { average } from "./resize.ts";

/** The bytes [channels, height, width] of the picture in a frame of width × height. */
export function letterbox(levels: Levels, { width, height }: { width: number; height: number }): Uint8Array {
  const { channels } = levels;
  const scale = Math.min(width / levels.width, height / levels.height);
  const scaledWidth = Math.min(width, Math.max(1, Math.round(levels.width * scale)));
  const scaledHeight = Math.min(height, Math.max(1, Math.round(levels.height * scale)));
  const left = (width - scaledWidth) >> 1;
  const top = (height - scaledHeight) >> 1;
  const bytes = new Uint8Array(channels * width * height);
  if (scaledWidth < width || scaledHeight < height)
    for (let c = 0; c < channels; c++)
      bytes.fill(edgeLevel(channelOf(levels, c)), c * width * height, (c + 1) * width * height);
  const hasSize = levels.width === scaledWidth && levels.height === scaledHeight;
  const means = new Float64Array(scaledWidth * scaledHeight);
  for (let c = 0; c < channels; c++) {
    const channel = channelOf(levels, c);
    if (!hasSize) average(channel, { width: scaledWidth, height: scaledHeight }, means.fill(0));
    const [source, step] = hasSize ? [channel.data, levels.step] : [means, 1];
    for (let y = 0, from = 0; y < scaledHeight; y++)
      for (let x = 0, to = (c * height + top + y) * width + left; x < scaledWidth; x++, from += step)
        bytes[to++] = Math.round(source[from]);
  }
  return bytes;
}
