// Converts a picture to a net's input, for training, evaluation and prediction alike, in Node and in pages. The framing is the kind of the
// net's pictures. It is measured once on the training pictures, and stored with the model.
import { ChainruleError } from "../errors/error.ts";
import { checkOptions } from "../tensor/options.ts";
import { backgroundOf } from "./background.ts";
import { checkDataset, type Dataset } from "./dataset.ts";
import { centreDigit, digitDetail } from "./digit/centre.ts";
import { isCentred } from "./digit/form.ts";
import { letterbox } from "./letterbox.ts";
import { channelOf, edgeLevel, edgeQuantile, type Levels, levelsOf, type Picture, type Pixels } from "./picture.ts";

/**
 * "digit": drawn digits, white ink on black, centred, 28 × 28, as in MNIST. The other framings are for pictures, which are fitted
 * into the frame. "plain": on any ground. "dark" and "light": on a dark or a light ground, as in Fashion-MNIST; a picture with the opposite
 * ground is inverted.
 */
export type Framing = "digit" | "dark" | "light" | "plain";

/** All framings. */
export const framings: readonly Framing[] = ["digit", "dark", "light", "plain"];

/** Throws unless this is a framing. */
export function checkFraming(call: string, framing: Framing): void {
  if (!framings.includes(framing))
    throw new ChainruleError("option", call, `framing is one of ${framings.join(", ")}, not ${framing}`);
}

/** Levels from here on are light, levels of at most 255 - minLight are dark, and levels between are neither. */
const minLight = 144;

/** Finds the framing of at least nine tenths of a data set's first thousand pictures. */
export function framingOf(data: Dataset): Framing {
  checkDataset("framingOf", data);
  const [count, channels, height, width] = data.images.shape;
  const sample = Math.min(count, 1000);
  const size = channels * height * width;
  const counts = { centred: 0, dark: 0, light: 0 };
  for (let n = 0; n < sample; n++) {
    const plane = { width, height, data: data.images.data.subarray(n * size, n * size + height * width) };
    if (isCentred(plane)) counts.centred++;
    if (edgeLevel(plane) < 64) counts.dark++;
    if (edgeLevel(plane) > 191) counts.light++;
  }
  const isTypical = (times: number) => sample > 0 && times >= 0.9 * sample;
  if (channels === 1 && height === 28 && width === 28 && isTypical(counts.centred) && isTypical(counts.dark))
    return "digit";
  return isTypical(counts.dark) ? "dark" : isTypical(counts.light) ? "light" : "plain";
}

/**
 * Converts a picture of any size to the bytes [C, H, W] of a picture of a data set. Pictures keep their proportions; the rest of the frame
 * is filled with the level of their edge. The background of transparent pixels is white, or black where the visible part would hardly be seen
 * on white. No picture is refused for what it shows: fog and plain colours are pictures too. For "dark", a picture is inverted if at least
 * three quarters of its edge are at least 144, for "light" if they are at most 111. Digits are found on their paper, and centred as
 * MNIST's; null if there is no ink. A picture that already has MNIST's form is not changed.
 */
export function frame(picture: Picture, options: { shape: readonly number[]; framing: Framing }): Uint8Array | null {
  checkOptions("frame", options, { shape: true, framing: true });
  const { width, height, data } = picture;
  if (data.length !== 4 * width * height)
    throw new ChainruleError(
      "shape",
      "frame",
      `${width}×${height} pixels of four bytes each, but ${data.length} bytes`,
    );
  return framePixels({ width, height, data, step: 4 }, options);
}

/** As `frame`, for a picture as a decoder gives it. */
export function framePixels(
  pixels: Pixels,
  options: { shape: readonly number[]; framing: Framing },
): Uint8Array | null {
  const [channels, height, width] = options.shape;
  if (channels !== 1 && channels !== 3)
    throw new ChainruleError("option", "frame", `pictures have 1 or 3 channels, not ${channels}`);
  if (options.framing === "digit" && options.shape.join() !== "1,28,28")
    throw new ChainruleError("option", "frame", `digits have the shape [1, 28, 28], not [${options.shape.join(", ")}]`);
  const levels = levelsOf(pixels, channels, backgroundOf(pixels));
  if (options.framing === "digit") return centreDigit(levels);
  const bytes = letterbox(levels, { width, height });
  if (hasOppositeGround(levels, options.framing)) for (let i = 0; i < bytes.length; i++) bytes[i] = 255 - bytes[i];
  return bytes;
}

/** Whether the ground of a picture is the opposite of the data set's: at least three quarters of its edge are light, or dark. */
function hasOppositeGround(levels: Levels, framing: "dark" | "light" | "plain"): boolean {
  if (framing === "plain") return false;
  const quantiles = (part: number) =>
    Array.from({ length: levels.channels }, (_, c) => edgeQuantile(channelOf(levels, c), part));
  const mean = (part: number) => quantiles(part).reduce((sum, level) => sum + level, 0) / levels.channels;
  return framing === "dark" ? mean(0.25) >= minLight : mean(0.75) <= 255 - minLight;
}

/**
 * The size [height, width] at which a picture has enough detail for a net that reads [H, W]: a decoder may reduce a picture as long as
 * neither side falls below it. Pictures have twice the net's size, so that each pixel of the result is the mean of several pixels; a digit
 * has to be found on the whole paper, so it needs more.
 */
export function detailFor(framing: Framing, [height, width]: readonly [number, number]): readonly [number, number] {
  return framing === "digit" ? [digitDetail, digitDetail] : [2 * height, 2 * width];
}
