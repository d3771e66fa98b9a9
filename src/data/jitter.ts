// Colour jitter: brightness, contrast, saturation and hue of a picture are changed at random, as torchvision's ColorJitter does. With a
// factor f for each change, and levels from 0 to 255 that are limited to this range after each change:
//
//   brightness  f · x
//   contrast    f · x + (1 - f) · m      m: the mean grey level of the picture
//   saturation  f · x + (1 - f) · g      g: the grey level of the pixel, 0.2989 R + 0.587 G + 0.114 B
//   hue         the hue, a place on the circle of colours, is moved by the part f of the circle
import { ChainruleError } from "../errors/error.ts";
import { isNumber } from "../errors/numbers.ts";

/** The largest change of each kind: factors are drawn from 1 - amount to 1 + amount, parts of the circle of hues from -hue to hue. */
export interface Jitter {
  /** 0 … 1 */
  brightness?: number | undefined;
  /** 0 … 1 */
  contrast?: number | undefined;
  /** 0 … 1. Grey pictures have none. */
  saturation?: number | undefined;
  /** A part of the circle of colours, 0 … 0.5. Grey pictures have none. */
  hue?: number | undefined;
}

const bounds: Readonly<Record<keyof Jitter, number>> = { brightness: 1, contrast: 1, saturation: 1, hue: 0.5 };
const kinds = ["brightness", "contrast", "saturation", "hue"] as const satisfies readonly (keyof Jitter)[];
/** With one number for all, hues move by this part of it: they are what people tell colours by. */
const hueShare = 0.25;

/** The four amounts of an option; throws on amounts that are out of range. 0 for each where there is no option. */
export function amountsOf(jitter: number | Jitter): Required<Jitter> {
  const single = typeof jitter === "number";
  const [one, all] = single ? [jitter, {}] : [0, jitter];
  const unknown = Object.keys(all).find((name) => !Object.hasOwn(bounds, name));
  if (unknown !== undefined) throw fault(`augment.jitter has no ${unknown}; it has ${kinds.join(", ")}`, unknown);
  const { brightness = one, contrast = one, saturation = one, hue = hueShare * one } = all;
  const amounts = { brightness, contrast, saturation, hue };
  for (const kind of kinds)
    if (!isNumber(amounts[kind], { from: 0, to: bounds[kind] }))
      throw fault(
        `augment.jitter${single ? "" : `.${kind}`} is from 0 to ${single ? 1 : bounds[kind]}; it is ${single ? jitter : amounts[kind]}`,
        kind,
      );
  return amounts;
}

const fault = (words: string, kind: string) =>
  new ChainruleError("option", "batches", words, { option: `augment.jitter.${kind}` });

/** Draws the changes of a picture, and their order, as many numbers for each picture: eight. */
export function drawJitter(draw: () => number, amounts: Required<Jitter>): readonly Change[] {
  const changes = kinds.map((kind): Change & { readonly key: number } => {
    const spread = (2 * draw() - 1) * amounts[kind];
    return { kind, factor: kind === "hue" ? spread : 1 + spread, key: draw() };
  });
  return changes.filter(({ kind }) => amounts[kind] > 0).sort((a, b) => a.key - b.key);
}

export interface Change {
  readonly kind: keyof Jitter;
  readonly factor: number;
}

/** Changes the colours of a picture [C, H, W] in place, one change after the other. Of grey pictures saturation and hue are not changed. */
export function changeColours(bytes: Uint8Array, channels: number, changes: readonly Change[]): void {
  const plane = bytes.length / channels;
  const levels = Float32Array.from(bytes);
  for (const { kind, factor } of changes)
    switch (kind) {
      case "brightness":
        blend(levels, plane, factor, () => 0);
        break;
      case "contrast":
        contrast(levels, channels, factor);
        break;
      case "saturation":
        if (channels === 3) blend(levels, plane, factor, (i) => greyOf(levels, i, plane));
        break;
      case "hue":
        if (channels === 3) turnHues(levels, factor);
        break;
      default:
        kind satisfies never;
    }
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.round(levels[i]);
}

const limited = (level: number): number => Math.min(Math.max(level, 0), 255);

function greyOf(levels: Float32Array, i: number, plane: number): number {
  return 0.2989 * levels[i] + 0.587 * levels[plane + i] + 0.114 * levels[2 * plane + i];
}

/** x = factor · x + (1 - factor) · other(i) */
function blend(levels: Float32Array, plane: number, factor: number, other: (i: number) => number): void {
  // A pixel's grey level is read before any of its channels changes.
  for (let i = 0; i < plane; i++) {
    const beside = (1 - factor) * other(i);
    for (let at = i; at < levels.length; at += plane) levels[at] = limited(factor * levels[at] + beside);
  }
}

function contrast(levels: Float32Array, channels: number, factor: number): void {
  const plane = levels.length / channels;
  let sum = 0;
  for (let i = 0; i < plane; i++) sum += channels === 3 ? greyOf(levels, i, plane) : levels[i];
  const mean = sum / plane;
  blend(levels, plane, factor, () => mean);
}

/** Moves the hue of each pixel by a part of the circle: red, yellow, green, cyan, blue and magenta lie at sixths of it. */
function turnHues(levels: Float32Array, part: number): void {
  const plane = levels.length / 3;
  for (let i = 0; i < plane; i++) {
    const [red, green, blue] = [levels[i], levels[plane + i], levels[2 * plane + i]];
    const most = Math.max(red, green, blue);
    const range = most - Math.min(red, green, blue);
    if (range === 0) continue;
    const sixths =
      most === red ? (green - blue) / range : most === green ? 2 + (blue - red) / range : 4 + (red - green) / range;
    const hue = (((sixths / 6 + part) % 1) + 1) % 1;
    // The level of a channel falls from `most` to `most - range` as the hue moves away from it.
    const level = (n: number) => {
      const k = (n + 6 * hue) % 6;
      return most - range * Math.max(0, Math.min(k, 4 - k, 1));
    };
    [levels[i], levels[plane + i], levels[2 * plane + i]] = [level(5), level(3), level(1)];
  }
}
