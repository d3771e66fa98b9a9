// A picture seen a little differently each epoch: a net that cannot see the same bytes twice learns what they have in common. What
// happens to a picture follows from (seed, epoch, its index in the data set) and nothing else, so that batch size, order and
// an interrupted run make no difference.
//
// All that moves pixels is one affine map from the new picture to the old, each new pixel interpolated between the four around its
// place; beyond the picture its outermost pixels go on.
import { ChainruleError } from "../errors/error.ts";
import { isNumber, isWhole } from "../errors/numbers.ts";
import { threefry } from "../tensor/ops/threefry.ts";

/**
 * How a picture may change from epoch to epoch, each by chance up to the amount given. What is left out is not done.
 */
export interface Augmentation {
  /** At most so many pixels to the side and up or down, whole pixels. */
  shift?: number | undefined;
  /** At most this part of each side is cut away, 0 … 0.9, and the rest enlarged to the full size; 0.2 keeps 80 % to 100 %. */
  crop?: number | undefined;
  /** true: every second picture mirrored, left to right. Not for digits or letters. */
  flip?: boolean | undefined;
  /** At most so many degrees, either way, about the middle. */
  rotate?: number | undefined;
  /** From every second picture a rectangle is erased, each of its sides up to this part of the picture's, 0 … 1: it gets the picture's mean. */
  erase?: number | undefined;
}

export interface Moment {
  readonly seed: number;
  readonly epoch: number;
  /** The picture's index in the data set. */
  readonly index: number;
}

/** One picture's bytes [C, H, W] as they are seen in one epoch; written to `to`, which has as many. */
export type Augment = (from: Uint8Array, to: Uint8Array, moment: Moment) => void;

const bounds: Readonly<Record<Exclude<keyof Augmentation, "flip">, readonly [most: number, unit: string]>> = {
  shift: [2 ** 20, "whole pixels"],
  crop: [0.9, "a part of the side, 0 to 0.9"],
  rotate: [180, "degrees, 0 to 180"],
  erase: [1, "a part of the side, 0 to 1"],
};

/** null where nothing is asked for. Throws on amounts that make no sense. */
export function augmenter(options: Augmentation, [channels, height, width]: readonly number[]): Augment | null {
  for (const [name, [most, unit]] of Object.entries(bounds)) {
    const value = options[name as keyof typeof bounds] ?? 0;
    if (!(name === "shift" ? isWhole : isNumber)(value, { from: 0, to: most }))
      throw new ChainruleError("option", "batches", `augment.${name} is in ${unit}; it is ${value}`, {
        option: `augment.${name}`,
        value,
      });
  }
  const unknown = Object.keys(options).find((name) => name !== "flip" && !(name in bounds));
  if (unknown !== undefined)
    throw new ChainruleError(
      "option",
      "batches",
      `augment has no ${unknown}; it has shift, crop, flip, rotate, erase`,
      { option: `augment.${unknown}` },
    );
  const { shift = 0, crop = 0, flip = false, rotate = 0, erase = 0 } = options;
  const moves = shift > 0 || crop > 0 || flip || rotate > 0;
  if (!moves && erase === 0) return null;
  const size = { channels, height, width };
  return (from, to, moment) => {
    const draw = draws(moment);
    if (moves) warp(from, to, { ...size, map: drawMap(draw, { shift, crop, flip, rotate, height, width }) });
    else to.set(from);
    if (erase > 0) eraseRectangle(to, { ...size, erase, draw });
  };
}

/** Uniform in [0, 1): the words of threefry(key = seed, counter = (epoch, 8 index + i)), under a key of its own beside that of shuffle. */
function draws({ seed, epoch, index }: Moment): () => number {
  const low = (seed | 0) ^ 0x61756721;
  const high = Math.floor(seed / 2 ** 32) | 0;
  let pair: readonly [number, number] = [0, 0];
  let drawn = 0;
  return () => {
    if (drawn % 2 === 0) pair = threefry(low, high, epoch, (8 * index + drawn / 2) | 0);
    return (pair[drawn++ % 2] >>> 0) / 2 ** 32;
  };
}

/** The old place of new pixel (x, y): (x0 + xx · x + xy · y, y0 + yx · x + yy · y). */
interface Affine {
  readonly x0: number;
  readonly xx: number;
  readonly xy: number;
  readonly y0: number;
  readonly yx: number;
  readonly yy: number;
}

type Moves = Required<Omit<Augmentation, "erase">> & { readonly height: number; readonly width: number };

/** Every draw is made whatever is asked for, so that one amount does not change what another draws. */
function drawMap(draw: () => number, { shift, crop, flip, rotate, height, width }: Moves): Affine {
  const whole = () => Math.floor(draw() * (2 * shift + 1)) - shift;
  const [right, down] = [whole(), whole()];
  const kept = 1 - crop * draw();
  const [cropX, cropY] = [(draw() - 0.5) * (1 - kept) * width, (draw() - 0.5) * (1 - kept) * height];
  const mirrored = draw() < 0.5 && flip ? -1 : 1;
  const angle = ((2 * draw() - 1) * rotate * Math.PI) / 180;
  const [cos, sin] = rotate > 0 ? [Math.cos(angle), Math.sin(angle)] : [1, 0];
  const [xx, xy, yx, yy] = [mirrored * kept * cos, kept * sin, -mirrored * kept * sin, kept * cos];
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  return {
    ...{ xx, xy, yx, yy },
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
  const mostX = width - 1;
  const mostY = height - 1;
  const { x0, xx, xy, y0, yx, yy } = map;
  for (let y = 0; y < height; y++) {
    const rowX = x0 + xy * y;
    const rowY = y0 + yy * y;
    for (let x = 0; x < width; x++) {
      const oldX = Math.min(Math.max(rowX + xx * x, 0), mostX);
      const oldY = Math.min(Math.max(rowY + yx * x, 0), mostY);
      const left = oldX | 0;
      const top = oldY | 0;
      const across = oldX - left;
      const down = oldY - top;
      const right = left < mostX ? 1 : 0;
      const below = top < mostY ? width : 0;
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
