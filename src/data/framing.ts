// How a picture from outside is brought before a net: the net's own training pictures say how. This is measured once, kept with
// the model, and applied to every picture that the model is shown.
import { ChainruleError } from "../errors/error.ts";
import { checkDataset, type Dataset } from "./dataset.ts";
import { centreDigit, centreOfMass } from "./digit.ts";
import { letterbox } from "./letterbox.ts";
import { contrastingBackground, edgeLevel, type Picture, planes } from "./picture.ts";

/**
 * digit: white ink on black, centred, 28 × 28, as MNIST was made. dark and light: shrunk into the frame, on a ground that is darker
 * or lighter than what it shows. plain: shrunk into the frame.
 */
export type Framing = "digit" | "dark" | "light" | "plain";

/** All that there are. */
export const framings: readonly Framing[] = ["digit", "dark", "light", "plain"];

/** Looks at a thousand pictures of a data set for what nearly all of them have in common. */
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
  const most = (times: number) => sample > 0 && times >= 0.9 * sample;
  if (channels === 1 && height === 28 && width === 28 && most(found.centred) && most(found.dark)) return "digit";
  return most(found.dark) ? "dark" : most(found.light) ? "light" : "plain";
}

/**
 * A picture of any size as the bytes [C, H, W] of one picture of a data set; null where it is blank. Its proportions are kept, the
 * rest of the frame gets the level of its edge.
 */
export function frame(picture: Picture, options: { shape: readonly number[]; framing: Framing }): Uint8Array | null {
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
