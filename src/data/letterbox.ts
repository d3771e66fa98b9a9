// Fits a picture into a frame of another shape: scales it with its proportions kept, places it in the middle, and fills the rest of the
// frame with the level of the picture's edge.
import { checkWhole } from "../errors/numbers.ts";
import { channelOf, edgeLevel, type Levels } from "./picture.ts";
import { average } from "./resize.ts";

/** The rectangle of a frame that holds the picture, in whole pixels. */
export interface FramePlace {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Where `frame` puts a picture of this size in a net's frame, with every framing but "digit", which finds a digit on its paper. What a net
 * says of places in its frame, such as gradCam's maps, is so found in the picture itself.
 */
export function placeInFrame(
  picture: { readonly width: number; readonly height: number },
  [, height, width]: readonly [channels: number, height: number, width: number],
): FramePlace {
  for (const [name, side] of Object.entries({
    width,
    height,
    "picture.width": picture.width,
    "picture.height": picture.height,
  }))
    checkWhole("placeInFrame", name, side, { from: 1 });
  const scale = Math.min(width / picture.width, height / picture.height);
  const scaledWidth = Math.min(width, Math.max(1, Math.round(picture.width * scale)));
  const scaledHeight = Math.min(height, Math.max(1, Math.round(picture.height * scale)));
  return {
    left: (width - scaledWidth) >> 1,
    top: (height - scaledHeight) >> 1,
    width: scaledWidth,
    height: scaledHeight,
  };
}

/** The bytes [channels, height, width] of the picture in a frame of width × height. */
export function letterbox(levels: Levels, { width, height }: { width: number; height: number }): Uint8Array {
  const { channels } = levels;
  const place = placeInFrame(levels, [channels, height, width]);
  const { left, top, width: scaledWidth, height: scaledHeight } = place;
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
