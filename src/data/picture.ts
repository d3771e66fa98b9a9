// Converts a colour picture (RGBA bytes, as a decoder or a page's canvas gives them) to planes of bytes, the input of nets.
import { ChainruleError } from "../errors/error.ts";
import type { Plane } from "./resize.ts";

/** A picture with four bytes a pixel in `data`, red green blue alpha, row-major, as in a canvas's ImageData. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

export interface BytePlane extends Plane {
  readonly data: Uint8Array;
}

/**
 * Returns one plane (luma, 0.299 R + 0.587 G + 0.114 B) or three (red, green, blue). Through transparent pixels the `background` is seen,
 * from black 0 to white 255.
 */
export function planes(picture: Picture, channels: 1 | 3, background = 255): BytePlane[] {
  const { width, height, data } = picture;
  if (data.length !== 4 * width * height)
    throw new ChainruleError(
      "shape",
      "planes",
      `${width}×${height} pixels of four bytes each, but ${data.length} bytes`,
    );
  const result = Array.from({ length: channels }, () => new Uint8Array(width * height));
  for (let i = 0; i < width * height; i++) {
    let red = data[4 * i];
    let green = data[4 * i + 1];
    let blue = data[4 * i + 2];
    const alpha = data[4 * i + 3] / 255;
    if (alpha !== 1) {
      const under = (1 - alpha) * background;
      red = alpha * red + under;
      green = alpha * green + under;
      blue = alpha * blue + under;
    }
    if (channels === 1) result[0][i] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
    else {
      result[0][i] = Math.round(red);
      result[1][i] = Math.round(green);
      result[2][i] = Math.round(blue);
    }
  }
  return result.map((bytes) => ({ width, height, data: bytes }));
}

/** The level of the picture's edge: the median of its outermost pixels. */
export const edgeLevel = (plane: Plane): number => edgeQuantile(plane, 0.5);

/** The level below which the given part of the outermost pixels are; corners count twice. */
export function edgeQuantile({ width, height, data }: Plane, part: number): number {
  const edge = new Float64Array(2 * (width + height));
  for (let x = 0; x < width; x++) {
    edge[2 * x] = data[x];
    edge[2 * x + 1] = data[(height - 1) * width + x];
  }
  for (let y = 0; y < height; y++) {
    edge[2 * (width + y)] = data[y * width];
    edge[2 * (width + y) + 1] = data[y * width + width - 1];
  }
  edge.sort();
  return edge[Math.floor(part * edge.length)];
}

/** Whether red, green and blue are equal everywhere. */
export function isGrey({ data }: Picture): boolean {
  for (let i = 0; i < data.length; i += 4) if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return false;
  return true;
}
