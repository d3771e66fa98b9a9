// The curves of loss and accuracy: one point for each report of the training. Above `maxPoints` points every second one is left out, so
// that an hour costs no more than a minute.
import type { Steps } from "./messages.ts";

const maxPoints = 600;

interface Point {
  /** Pictures learned from, in thousands. */
  readonly pictures: number;
  readonly loss: number;
  /** Percent, as is `test`. */
  readonly accuracy: number;
  readonly test: number | null;
}

export class Curves {
  readonly #points: readonly Point[];

  constructor(points: readonly Point[] = []) {
    this.#points = points;
  }

  with({ pictures, loss, accuracy }: Steps, test: number | null): Curves {
    const next = [
      ...this.#points,
      { pictures: pictures / 1000, loss, accuracy: 100 * accuracy, test: test === null ? null : 100 * test },
    ];
    return new Curves(next.length <= maxPoints ? next : next.filter((_, n) => n % 2 === 1));
  }

  get length(): number {
    return this.#points.length;
  }
  get loss(): readonly (readonly (number | null)[])[] {
    return [this.#points.map(({ pictures }) => pictures), this.#points.map(({ loss }) => loss)];
  }
  get accuracy(): readonly (readonly (number | null)[])[] {
    return [
      this.#points.map(({ pictures }) => pictures),
      this.#points.map(({ accuracy }) => accuracy),
      this.#points.map(({ test }) => test),
    ];
  }
}
