// What tune searches: the net, the size of its pictures and the learning rate. All of them are options of train, so that each trial is a
// training that can be run again.
//
// Trial 0 has train's defaults. The others are spread evenly, whatever their number, by Roberts' sequence: with φ the positive root of
// x⁴ = x + 1, trial k has the point
//
//   frac(shift + k · (φ⁻¹, φ⁻², φ⁻³))        in [0, 1)³
//
// Its coordinates give the net, the size, and the logarithm of the rate. The shift follows from the seed.
import { type ArchitectureName, architectureNames, leastSide } from "chainrule/model";
import type { Size } from "../pictures/options.ts";
import { defaults } from "../train/plan.ts";

export interface Settings {
  readonly model: ArchitectureName;
  /** The size of the pictures; null for IDX files, whose pictures have one. */
  readonly size: Size | null;
  readonly lr: number;
}

export interface Space {
  /** The settings of trial 0. */
  readonly first: Settings;
  readonly models: readonly ArchitectureName[];
  readonly sizes: readonly (Size | null)[];
  readonly seed: number;
}

/** The largest of the longer sides that are tried, in pixels. */
export const maxSide = 96;
const longSides = [32, 48, 64, maxSide];
/** The range of learning rates: a tenth of train's, and ten times that. */
const [minRate, maxRate] = [defaults.pictures.lr / 10, defaults.pictures.lr * 10];

export interface SpaceWanted {
  readonly kind: keyof typeof defaults;
  /** The net that --model names; undefined: all of them are tried. */
  readonly model: ArchitectureName | undefined;
  /** The size that --size names; undefined: several are tried. */
  readonly size: Size | undefined;
  /** The commonest size of the pictures, with a longer side of at most maxSide; null for IDX files. */
  readonly natural: Size | null;
  readonly seed: number;
}

export function spaceOf({ kind, model, size, natural, seed }: SpaceWanted): Space {
  const sizes = natural === null ? [null] : size === undefined ? sizesUpTo(natural) : [size];
  const shortest = Math.min(...sizes.flatMap((one) => (one === null ? [] : one)));
  const models = model === undefined ? architectureNames.filter((name) => leastSide[name] <= shortest) : [model];
  const preferred = defaults[kind].model;
  // train reduces pictures to 64 pixels.
  const defaultSize = sizes.findLast((one) => one === null || Math.max(...one) <= 64) ?? sizes[0];
  const first = { model: models.includes(preferred) ? preferred : models[0], size: defaultSize, lr: defaults[kind].lr };
  return { first, models, sizes, seed };
}

/** The sizes of one form, from small to large. */
function sizesUpTo([height, width]: Size): Size[] {
  const long = Math.max(height, width);
  const scaled = (side: number): number => Math.max(1, Math.round((side / long) * Math.min(height, width)));
  const smaller = longSides
    .filter((side) => side < long)
    .map((side): Size => (height >= width ? [side, scaled(side)] : [scaled(side), side]));
  return [...smaller, [height, width]];
}

const phi = 1.2207440846057596;
const fraction = (x: number): number => x - Math.floor(x);

export function settingsOf({ first, models, sizes, seed }: Space, trial: number): Settings {
  if (trial === 0) return first;
  const [a, b, c] = [Math.SQRT2, Math.sqrt(3), Math.sqrt(5)].map((root, d) =>
    fraction(0.5 + seed * root + trial * phi ** -(d + 1)),
  );
  const lr = Number((minRate * (maxRate / minRate) ** c).toPrecision(2));
  return { model: models[Math.floor(a * models.length)], size: sizes[Math.floor(b * sizes.length)], lr };
}

/** "64×48"; of IDX files "as it is". */
export const sizeWords = (size: Size | null): string => (size === null ? "as it is" : `${size[1]}×${size[0]}`);
