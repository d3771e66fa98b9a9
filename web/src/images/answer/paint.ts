// From numbers to RGBA pixels. Digits are ink on the page's paper. Numbers with a sign are blue above zero and orange below, and the more
// opaque the larger they are. Many small pictures of one size are laid out side by side in one picture.
import type { Palette } from "../../story/palette.ts";
import type { SmallPictures } from "../messages.ts";

interface Bytes {
  readonly bytes: Uint8Array;
  readonly input: readonly [channels: number, height: number, width: number];
}

/** The picture as the net reads it: grey on black, or in colours. */
export function inkLevels({ bytes, input: [channels, height, width] }: Bytes): Uint8ClampedArray<ArrayBuffer> {
  const plane = height * width;
  const pixels = new Uint8ClampedArray(4 * plane);
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) pixels[4 * i + c] = bytes[channels === 1 ? i : c * plane + i];
    pixels[4 * i + 3] = 255;
  }
  return pixels;
}

/** A grey picture as ink on a transparent ground; a coloured one in its colours. */
export function inkPixels(picture: Bytes, { ink }: Pick<Palette, "ink">): Uint8ClampedArray<ArrayBuffer> {
  const pixels = inkLevels(picture);
  if (picture.input[0] !== 1) return pixels;
  for (let i = 0; i < picture.bytes.length; i++) pixels.set([...ink, picture.bytes[i]], 4 * i);
  return pixels;
}

export interface Sheet {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** The opacity, 0 to 255, of a level of 0 to 127: proportional to it, or to its square root, so that small levels can be seen too. */
const opacities = {
  plain: (level: number) => (255 * level) / 127,
  root: (level: number) => 255 * Math.sqrt(level / 127),
};

export interface Layout {
  /** Pictures in a row. */
  readonly columns: number;
  readonly opacity?: keyof typeof opacities;
}

/** Lays the pictures out in rows, with one pixel between them. */
export function sheetOf(
  { count, height, width, levels }: SmallPictures,
  { columns, opacity = "plain" }: Layout,
  palette: Pick<Palette, "above" | "below">,
): Sheet {
  const opaque = opacities[opacity];
  const across = Math.min(columns, count);
  const rows = Math.ceil(count / across);
  const sheet = { width: across * (width + 1) - 1, height: rows * (height + 1) - 1 };
  const pixels = new Uint8ClampedArray(4 * sheet.width * sheet.height);
  for (let n = 0; n < count; n++) {
    const left = (n % across) * (width + 1);
    const top = Math.floor(n / across) * (height + 1);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const level = levels[(n * height + y) * width + x];
        const [red, green, blue] = level > 0 ? palette.above : palette.below;
        const target = 4 * ((top + y) * sheet.width + left + x);
        pixels[target] = red;
        pixels[target + 1] = green;
        pixels[target + 2] = blue;
        pixels[target + 3] = opaque(Math.abs(level));
      }
  }
  return { ...sheet, pixels };
}
