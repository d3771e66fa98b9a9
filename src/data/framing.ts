// How a picture is prepared for a net, so that it resembles the net's training pictures. The framing is measured once on the training
// pictures, stored with the model, and applied to every picture that the model predicts.
import { ChainruleError } from "../errors/error.ts";
import { checkOptions } from "../tensor/options.ts";
import { checkDataset, type Dataset } from "./dataset.ts";
import { centreDigit, centreOfMass } from "./digit.ts";
import { letterbox } from "./letterbox.ts";
import { contrastingBackground, edgeLevel, type Picture, planes } from "./picture.ts";

/**
 * "digit": white ink on black, centred, 28 × 28, as in MNIST. "dark" and "light": fitted into the frame, on a dark or a light background.
 * "plain": fitted into the frame, with its own background.
 */
export type Framing = "digit" | "dark" | "light" | "plain";

/** All framings. */
export const framings: readonly Framing[] = ["digit", "dark", "light", "plain"];

/** Finds the framing of at least nine tenths of a data set's first thousand pictures. */
export function framingOf(data: Dataset): Framing {
  checkDataset("framingOf", data);
  const [count, channels, height, width] = data.images.shape;
  const sample = Math.min(count, 1000);
  const size = channels * height * width;
  const found = { centred: 0, dark: 0, light: 0 };
  for (let n = 0; n < sample; n++) {
    const plane = { width, height, data: data.images.data.subarray(n * size, n * size + height * width) };
    const { x, y, mass } = centreOfMass(plane);
    // MNIST's centres of mass lie within half a pixel of pixel 14.
    if (mass > 0 && Math.abs(x - 14) < 0.75 && Math.abs(y - 14) < 0.75) found.centred++;
    if (edgeLevel(plane) < 64) found.dark++;
    if (edgeLevel(plane) > 191) found.light++;
  }
  const isTypical = (times: number) => sample > 0 && times >= 0.9 * sample;
  if (channels === 1 && height === 28 && width === 28 && isTypical(found.centred) && isTypical(found.dark))
    return "digit";
  return isTypical(found.dark) ? "dark" : isTypical(found.light) ? "light" : "plain";
}

/**
 * Converts a picture of any size to the bytes [C, H, W] of a picture of a data set; null if it is blank. Its proportions are kept, and the
 * rest of the frame is filled with the level of its edge.
 */
export function frame(picture: Picture, options: { shape: readonly number[]; framing: Framing }): Uint8Array | null {
  checkOptions("frame", options, { shape: true, framing: true });
  const [channels, height, width] = options.shape;
  if (channels !== 1 && channels !== 3)
    throw new ChainruleError("option", "frame", `pictures have 1 or 3 channels, not ${channels}`);
  const layers = planes(picture, channels, contrastingBackground(picture));
  if (options.framing === "digit") return centreDigit(layers[0]);
  const fitted = layers.map((layer) => letterbox(layer, width, height));
  const brightness = fitted.reduce((sum, { edge }) => sum + edge, 0) / channels;
  const invert = options.framing === "dark" ? brightness > 127 : options.framing === "light" && brightness < 128;
  const varies = layers.some(({ data }, c) => data.some((level) => Math.abs(level - fitted[c].edge) > 24));
  const bytes = new Uint8Array(channels * height * width);
  for (const [c, { data }] of fitted.entries()) bytes.set(data, c * height * width);
  if (!varies) return null;
  return invert ? bytes.map((level) => 255 - level) : bytes;
}
