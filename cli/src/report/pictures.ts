// Turns bytes and weights into PNGs inside the HTML. A report is one file, and its Content-Security-Policy lets it load data: addresses
// only.
import { PNG } from "pngjs";
import { type HeatMap, overlaid } from "../why/heat.ts";
import type { Picture } from "./report-data.ts";

/** Pixels. Photographs are shown at about a hundred CSS pixels; larger PNGs would only make the file larger. */
const maxSide = 96;

/** The picture as a data: address, data:image/png;base64,… */
export function drawPicture(picture: Picture): string {
  const { channels, height, width, bytes } = shrink(picture);
  const size = height * width;
  if (channels === 1) return encode(bytes, { width, height, colours: "grey" });
  const pixels = new Uint8Array(3 * size);
  for (let at = 0; at < size; at++) for (let c = 0; c < 3; c++) pixels[3 * at + c] = bytes[c * size + at];
  return encode(pixels, { width, height, colours: "rgb" });
}

/** The picture under the heat of where the net looked, as a data: address. */
export function drawHeat(picture: Picture, map: HeatMap): string {
  const { channels, height, width, bytes } = picture;
  const size = { width, height };
  const planes =
    channels === 3 ? bytes : Uint8Array.from({ length: 3 * bytes.length }, (_, i) => bytes[i % bytes.length]);
  // The picture is the net's whole frame.
  const whole = { frame: size, place: { left: 0, top: 0, ...size } };
  return drawPicture({ ...size, channels: 3, bytes: overlaid({ ...size, data: planes }, map, whole).data });
}

/** Two hues that the colour-blind can tell apart; they are those of --right and --wrong in the style sheet. */
const positive = [42, 120, 214] as const;
const negative = [224, 94, 32] as const;

/**
 * The weights as a picture: the hue shows the sign, the opacity the size. A weight of 0 is transparent, so that one picture serves light
 * and dark pages. A weight beyond `largest` is drawn as `largest`.
 */
export function drawWeights(
  weights: ArrayLike<number>,
  size: { width: number; height: number; largest: number },
): string {
  const pixels = new Uint8Array(4 * weights.length);
  for (let at = 0; at < weights.length; at++) {
    const strength = size.largest > 0 ? Math.min(1, Math.abs(weights[at]) / size.largest) : 0;
    pixels.set(weights[at] < 0 ? negative : positive, 4 * at);
    pixels[4 * at + 3] = Math.round(255 * strength);
  }
  return encode(pixels, { ...size, colours: "rgba" });
}

const colourTypes = { grey: 0, rgb: 2, rgba: 6 } as const;

function encode(
  pixels: Uint8Array,
  { width, height, colours }: { width: number; height: number; colours: keyof typeof colourTypes },
): string {
  const colorType = colourTypes[colours];
  const image = new PNG({ width, height });
  image.data = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const bytes = PNG.sync.write(image, { colorType, inputColorType: colorType, inputHasAlpha: colours === "rgba" });
  return `data:image/png;base64,${bytes.toString("base64")}`;
}

/** Reduces a picture to the means of square blocks of pixels, so that its longest side is at most maxSide; small pictures stay as they are. */
function shrink({ channels, height, width, bytes }: Picture): Picture {
  const block = Math.ceil(Math.max(height, width) / maxSide);
  if (block === 1) return { channels, height, width, bytes };
  const [rows, columns] = [Math.ceil(height / block), Math.ceil(width / block)];
  const small = new Uint8Array(channels * rows * columns);
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++) {
        const [bottom, right] = [Math.min(height, (y + 1) * block), Math.min(width, (x + 1) * block)];
        let total = 0;
        for (let row = y * block; row < bottom; row++)
          for (let column = x * block; column < right; column++) total += bytes[(c * height + row) * width + column];
        const pixels = (bottom - y * block) * (right - x * block);
        small[(c * rows + y) * columns + x] = Math.round(total / pixels);
      }
  return { channels, height: rows, width: columns, bytes: small };
}
