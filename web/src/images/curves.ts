// Loss and accuracy as lines that grow: a point for each news of training. When they have become many, every second one is left out, so that
// an hour costs no more than a minute.
import type { Steps } from "./messages.ts";

const most = 600;

interface Point {
  /** Pictures learned from, in thousands. */
  readonly pictures: number;
  readonly loss: number;
  /** In percent. */
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
    return new Curves(next.length <= most ? next : next.filter((_, n) => n % 2 === 1));
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
