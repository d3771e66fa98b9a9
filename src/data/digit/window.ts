// Dilation and closing: the maximum in a window around each pixel, in a time that does not depend on the size of the window. The line is cut into
// blocks as long as the window, so that each window is the end of one block and the beginning of the next; the maxima of both are read from two
// running maxima. Source: van Herk, "A fast algorithm for local minimum and maximum filters on rectangular and octagonal kernels", 1992.

export interface Bytes {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** The dilation: replaces each level by the maximum in the square within `radius` pixels. */
export function dilation({ width, height, data }: Bytes, radius: number): Bytes {
  const rows = new Uint8Array(width * height);
  const line = new Line(Math.max(width, height), radius);
  for (let y = 0; y < height; y++) line.run(data, rows, { start: y * width, step: 1, length: width });
  const result = new Uint8Array(width * height);
  for (let x = 0; x < width; x++) line.run(rows, result, { start: x, step: width, length: height });
  return { width, height, data: result };
}

/** The closing: the maximum within the radius, then the minimum of the maxima. It fills dark lines that are narrower than twice the radius. */
export function closing(levels: Bytes, radius: number): Bytes {
  return inverted(dilation(inverted(dilation(levels, radius)), radius));
}

/** 255 minus each level. */
export function inverted({ width, height, data }: Bytes): Bytes {
  const result = new Uint8Array(data.length);
  for (let i = 0; i < result.length; i++) result[i] = 255 - data[i];
  return { width, height, data: result };
}

/** The dilation of a line, with the memory for it. */
class Line {
  readonly #radius: number;
  /** The line between two margins of zeros. */
  readonly #levels: Uint8Array;
  /** The maximum from the beginning of its block up to each level, and from each level to the end of its block. */
  readonly #from: Uint8Array;
  readonly #to: Uint8Array;

  constructor(maxLength: number, radius: number) {
    const block = 2 * radius + 1;
    const size = Math.ceil((maxLength + 2 * radius) / block) * block;
    this.#radius = radius;
    this.#levels = new Uint8Array(size);
    this.#from = new Uint8Array(size);
    this.#to = new Uint8Array(size);
  }

  run(
    source: Uint8Array,
    target: Uint8Array,
    { start, step, length }: { start: number; step: number; length: number },
  ) {
    const radius = this.#radius;
    const [levels, from, to] = [this.#levels, this.#from, this.#to];
    const block = 2 * radius + 1;
    const size = Math.ceil((length + 2 * radius) / block) * block;
    levels.fill(0);
    for (let i = 0, at = start; i < length; i++, at += step) levels[radius + i] = source[at];
    for (let first = 0; first < size; first += block) {
      const last = first + block - 1;
      let maximum = 0;
      for (let i = first; i <= last; i++) {
        if (levels[i] > maximum) maximum = levels[i];
        from[i] = maximum;
      }
      maximum = 0;
      for (let i = last; i >= first; i--) {
        if (levels[i] > maximum) maximum = levels[i];
        to[i] = maximum;
      }
    }
    for (let i = 0, at = start; i < length; i++, at += step) {
      const [a, b] = [to[i], from[i + 2 * radius]];
      target[at] = Math.max(a, b);
    }
  }
}
