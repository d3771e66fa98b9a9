// Augmentation: a picture is changed at random in each epoch, so that a net learns what all its versions have in common. The change
// of a picture follows from (seed, epoch, index in the data set) alone, so it does not depend on the batch size, the order, or whether
// the run was interrupted.
//
// All changes that move pixels are one affine map from the new picture to the old. Each new pixel is interpolated between the four old
// pixels around its place. Places outside of the old picture have the value of the nearest pixel of its edge.
import { ChainruleError } from "../errors/error.ts";
import { isNumber, isWhole } from "../errors/numbers.ts";
import { threefry } from "../tensor/ops/threefry.ts";
import { amountsOf, changeColours, drawJitter, type Jitter } from "./jitter.ts";

/** The changes of a picture from epoch to epoch, each at random up to the given amount. A change that is left out does not happen. */
export interface Augmentation {
  /** Moves the picture by at most this many whole pixels, horizontally and vertically. */
  shift?: number | undefined;
  /** Cuts away at most this part of each side, 0 … 0.9, and enlarges the rest to the full size; 0.2 keeps 80 % to 100 %. */
  crop?: number | undefined;
  /** true: mirrors about half of the pictures, left to right. Not for digits or letters. */
  flip?: boolean | undefined;
  /** Rotates the picture about its middle by at most this many degrees, in either direction. */
  rotate?: number | undefined;
  /** Fills a rectangle with the picture's mean in about half of the pictures; each of its sides is up to this part of the picture's, 0 … 1. */
  erase?: number | undefined;
  /**
   * Changes brightness, contrast, saturation and hue, in a random order, as torchvision's ColorJitter. One number is the amount of the first
   * three, and hues move by up to a quarter of it: 0.2 multiplies by 0.8 to 1.2, and moves hues by up to 5 % of the circle of colours.
   */
  jitter?: number | Jitter | undefined;
  /**
   * Mixes each picture with the next one of its batch, and their labels alike (Zhang et al. 2018). The part is drawn from Beta(mixup, mixup);
   * 0.2 mostly mixes little. Labels become float32 [B, K], a probability for each class, which crossEntropy takes.
   */
  mixup?: number | undefined;
}

/** The numbers from which the random changes of a picture follow. */
export interface Moment {
  readonly seed: number;
  readonly epoch: number;
  /** The picture's index in the data set. */
  readonly index: number;
}

/** Writes the bytes [C, H, W] of one picture, changed for one epoch, to `to`, which has the same length. */
export type Augment = (from: Uint8Array, to: Uint8Array, moment: Moment) => void;

type Amount = Exclude<keyof Augmentation, "flip" | "jitter">;
const bounds: Readonly<Record<Amount, readonly [max: number, unit: string]>> = {
  shift: [2 ** 20, "whole pixels"],
  crop: [0.9, "a part of the side, 0 to 0.9"],
  rotate: [180, "degrees, 0 to 180"],
  erase: [1, "a part of the side, 0 to 1"],
  mixup: [100, "the two parameters of a beta distribution, 0 to 100"],
};
const others: readonly string[] = ["flip", "jitter"];

/**
 * Makes the function that changes pictures one by one; null if the options ask for no such change. Throws on amounts that are out of range.
 * mixup.ts mixes the pictures of a batch.
 */
export function augmenter(options: Augmentation, [channels, height, width]: readonly number[]): Augment | null {
  check(options);
  const { shift = 0, crop = 0, flip = false, rotate = 0, erase = 0, jitter = 0 } = options;
  const amounts = amountsOf(jitter);
  const moves = shift > 0 || crop > 0 || flip || rotate > 0;
  const colours = Object.values(amounts).some((amount) => amount > 0);
  if (!moves && !colours && erase === 0) return null;
  const size = { channels, height, width };
  return (from, to, moment) => {
    const draw = draws(moment, keys.moves);
    if (moves) warp(from, to, { ...size, map: drawMap(draw, { shift, crop, flip, rotate, height, width }) });
    else to.set(from);
    if (colours) changeColours(to, channels, drawJitter(draws(moment, keys.colours), amounts));
    if (erase > 0) eraseRectangle(to, { ...size, erase, draw });
  };
}

function check(options: Augmentation): void {
  for (const name of Object.keys(bounds) as Amount[]) {
    const [[max, unit], value] = [bounds[name], options[name] ?? 0];
    if (!(name === "shift" ? isWhole : isNumber)(value, { from: 0, to: max }))
      throw new ChainruleError("option", "batches", `augment.${name} is in ${unit}; it is ${value}`, {
        option: `augment.${name}`,
        value,
      });
  }
  const known = [...Object.keys(bounds), ...others];
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new ChainruleError("option", "batches", `augment has no ${unknown}; it has ${known.join(", ")}`, {
      option: `augment.${unknown}`,
    });
}

/** The keys of the random streams, which differ from shuffle's. */
const keys = { moves: 0x61756721, colours: 0x6a697474 };

/** Draws uniform numbers in [0, 1): the words of threefry(key = seed, counter = (epoch, 8 index + i)). */
function draws({ seed, epoch, index }: Moment, key: number): () => number {
  const low = (seed | 0) ^ key;
  const high = Math.floor(seed / 2 ** 32) | 0;
  let pair: readonly [number, number] = [0, 0];
  let drawn = 0;
  return () => {
    if (drawn % 2 === 0) pair = threefry(low, high, epoch, (8 * index + drawn / 2) | 0);
    return (pair[drawn++ % 2] >>> 0) / 2 ** 32;
  };
}

/** The affine map from a new pixel (x, y) to its old place: (x0 + xx · x + xy · y, y0 + yx · x + yy · y). */
interface Affine {
  readonly x0: number;
  readonly xx: number;
  readonly xy: number;
  readonly y0: number;
  readonly yx: number;
  readonly yy: number;
}

type Moves = Required<Omit<Augmentation, "erase" | "jitter" | "mixup">> & {
  readonly height: number;
  readonly width: number;
};

/** Draws the map. All numbers are always drawn, so that the amount of one change does not affect the draws of another. */
function drawMap(draw: () => number, { shift, crop, flip, rotate, height, width }: Moves): Affine {
  const whole = () => Math.floor(draw() * (2 * shift + 1)) - shift;
  const [right, down] = [whole(), whole()];
  const scale = 1 - crop * draw();
  const [cropX, cropY] = [(draw() - 0.5) * (1 - scale) * width, (draw() - 0.5) * (1 - scale) * height];
  const mirrored = draw() < 0.5 && flip ? -1 : 1;
  const angle = ((2 * draw() - 1) * rotate * Math.PI) / 180;
  const [cos, sin] = rotate > 0 ? [Math.cos(angle), Math.sin(angle)] : [1, 0];
  const [xx, xy, yx, yy] = [mirrored * scale * cos, scale * sin, -mirrored * scale * sin, scale * cos];
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  return {
    xx,
    xy,
    yx,
    yy,
    x0: middleX + cropX - right - xx * middleX - xy * middleY,
    y0: middleY + cropY - down - yx * middleX - yy * middleY,
  };
}

interface Size {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

function warp(
  from: Uint8Array,
  to: Uint8Array,
  { channels, height, width, map }: Size & { readonly map: Affine },
): void {
  const plane = height * width;
  const maxX = width - 1;
  const maxY = height - 1;
  const { x0, xx, xy, y0, yx, yy } = map;
  for (let y = 0; y < height; y++) {
    const rowX = x0 + xy * y;
    const rowY = y0 + yy * y;
    for (let x = 0; x < width; x++) {
      const oldX = Math.min(Math.max(rowX + xx * x, 0), maxX);
      const oldY = Math.min(Math.max(rowY + yx * x, 0), maxY);
      const left = oldX | 0;
      const top = oldY | 0;
      const across = oldX - left;
      const down = oldY - top;
      const right = left < maxX ? 1 : 0;
      const below = top < maxY ? width : 0;
      let at = top * width + left;
      let target = y * width + x;
      for (let c = 0; c < channels; c++) {
        const upper = from[at] + across * (from[at + right] - from[at]);
        const lower = from[at + below] + across * (from[at + below + right] - from[at + below]);
        to[target] = (upper + down * (lower - upper) + 0.5) | 0;
        at += plane;
        target += plane;
      }
    }
  }
}

interface Erasure extends Size {
  readonly erase: number;
  readonly draw: () => number;
}

function eraseRectangle(bytes: Uint8Array, { channels, height, width, erase, draw }: Erasure): void {
  if (draw() < 0.5) return;
  const length = (side: number) => Math.min(side, Math.max(1, Math.round(side * erase * draw())));
  const [across, down] = [length(width), length(height)];
  const left = Math.floor(draw() * (width - across + 1));
  const top = Math.floor(draw() * (height - down + 1));
  for (let c = 0; c < channels; c++) {
    const plane = bytes.subarray(c * height * width, (c + 1) * height * width);
    const mean = Math.round(plane.reduce((sum, byte) => sum + byte, 0) / plane.length);
    for (let y = top; y < top + down; y++) plane.fill(mean, y * width + left, y * width + left + across);
  }
}
