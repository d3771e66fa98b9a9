// Fits a picture into a frame of another shape: scales it with its proportions kept, places it in the middle, and fills the rest of the
// frame with the level of the picture's edge. All channels are computed at once, since data sets have many pictures.
import { channelOf, edgeLevel, type Levels } from "./picture.ts";
import { average } from "./resize.ts";

/** Writes the picture [channels, height, width] in a frame of width × height. */
export function letterbox(levels: Levels, { width, height }: { width: number; height: number }): Uint8Array {
  const { channels } = levels;
  const scale = Math.min(width / levels.width, height / levels.height);
  const across = Math.min(width, Math.max(1, Math.round(levels.width * scale)));
  const down = Math.min(height, Math.max(1, Math.round(levels.height * scale)));
  const left = (width - across) >> 1;
  const top = (height - down) >> 1;
  const bytes = new Uint8Array(channels * width * height);
  if (across < width || down < height)
    for (let c = 0; c < channels; c++)
      bytes.fill(edgeLevel(channelOf(levels, c)), c * width * height, (c + 1) * width * height);
  const isWhole = levels.width === across && levels.height === down;
  const means = new Float64Array(across * down);
  for (let c = 0; c < channels; c++) {
    const channel = channelOf(levels, c);
    if (!isWhole) average(channel, { width: across, height: down }, means.fill(0));
    const [source, step] = isWhole ? [channel.data, levels.step] : [means, 1];
    for (let y = 0, from = 0; y < down; y++)
      for (let x = 0, to = (c * height + top + y) * width + left; x < across; x++, from += step)
        bytes[to++] = Math.round(source[from]);
  }
  return bytes;
}
