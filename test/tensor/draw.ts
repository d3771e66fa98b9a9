// Random shapes and numbers for tests that hold for any input. A seed determines the sequence; a failure prints its seed, and
// CHAINRULE_SEED=<seed> npx vitest run <file> runs the same test again.

import { type Tensor, tensor } from "chainrule";

export const firstSeed = Number(process.env.CHAINRULE_SEED ?? 1);

export class Draw {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e3779b9) >>> 0;
  }

  /** A number in [0, 1), by mulberry32. */
  unit(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from low to high, both included. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.unit() * (high - low + 1));
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.whole(0, choices.length - 1)];
  }

  /** Sizes 0 to 3, mostly not 0, often 1. */
  shape(ndim = this.whole(0, 3), smallest = 0): number[] {
    return Array.from({ length: ndim }, () => Math.max(smallest, this.pick([0, 1, 1, 2, 2, 2, 3, 3, 3])));
  }

  /** A shape that broadcasts with this one, by axes of size 1 and by axes left out. */
  partner(shape: readonly number[]): number[] {
    const from = this.pick([0, 0, this.whole(0, shape.length)]);
    return shape.slice(from).map((size) => (this.unit() < 0.3 ? 1 : size));
  }

  /** float64 numbers, at least 0.1 away from 0, so that no kink at 0 is within a finite difference. */
  signed(shape: readonly number[]): Tensor {
    return this.numbers(shape, () => (0.1 + 1.9 * this.unit()) * this.pick([-1, 1]));
  }

  positive(shape: readonly number[], low = 0.3, high = 2): Tensor {
    return this.numbers(shape, () => low + (high - low) * this.unit());
  }

  /** Numbers of which any two are at least 0.05 apart, so that a finite difference does not change their order. */
  distinct(shape: readonly number[]): Tensor {
    const left = Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => i);
    const middle = left.length / 2;
    return this.numbers(
      shape,
      () => (left.splice(this.whole(0, left.length - 1), 1)[0] - middle) * 0.1 + 0.04 * this.unit(),
    );
  }

  places(shape: readonly number[], count: number): Tensor {
    const size = shape.reduce((n, d) => n * d, 1);
    return tensor(
      Int32Array.from({ length: size }, () => this.whole(0, count - 1)),
      { shape },
    );
  }

  flags(shape: readonly number[]): Tensor {
    const size = shape.reduce((n, d) => n * d, 1);
    return tensor(
      Uint8Array.from({ length: size }, () => this.whole(0, 1)),
      { shape, dtype: "bool" },
    );
  }

  numbers(shape: readonly number[], next: () => number): Tensor {
    return tensor(Float64Array.from({ length: shape.reduce((n, d) => n * d, 1) }, next), { shape });
  }
}
