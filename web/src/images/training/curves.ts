// The curves of loss and accuracy: one point for each report of the training, with the test's accuracy where the net was tested. Above `maxPoints`
// points every second one is left out, so that an hour costs no more than a minute; the tests stay.
import type { Steps } from "../messages.ts";

const maxPoints = 600;

export interface CurvePoint {
  /** Pictures learned from, in thousands. */
  readonly pictures: number;
  readonly loss: number;
  /** A share of 1, as is `test`, which is null between tests. */
  readonly accuracy: number;
  readonly test: number | null;
  readonly epoch: number;
}

type List = readonly (number | null)[];

export class Curves {
  readonly #points: readonly CurvePoint[];

  constructor(points: readonly CurvePoint[] = []) {
    this.#points = points;
  }

  with({ pictures, loss, accuracy, epoch }: Steps): Curves {
    const next = [...this.#points, { pictures: pictures / 1000, loss, accuracy, test: null, epoch }];
    return new Curves(next.length <= maxPoints ? next : next.filter(({ test }, n) => n % 2 === 1 || test !== null));
  }

  /** With a test after the last point. */
  tested(accuracy: number): Curves {
    const last = this.#points[this.#points.length - 1];
    return last === undefined ? this : new Curves([...this.#points.slice(0, -1), { ...last, test: accuracy }]);
  }

  get points(): readonly CurvePoint[] {
    return this.#points;
  }
  get length(): number {
    return this.#points.length;
  }
  get loss(): readonly List[] {
    return [this.#points.map(({ pictures }) => pictures), this.#points.map(({ loss }) => loss)];
  }
  /** In per cent. */
  get accuracy(): readonly List[] {
    return [
      this.#points.map(({ pictures }) => pictures),
      this.#points.map(({ accuracy }) => 100 * accuracy),
      this.#points.map(({ test }) => (test === null ? null : 100 * test)),
    ];
  }

  /** The range of the accuracy in per cent: from 90 % once a test is there, so that the last per cent can be seen. */
  get accuracyRange(): readonly [number, number] {
    return this.#points.some(({ test }) => test !== null && test >= 0.9) ? [90, 100] : [0, 100];
  }

  /** The ends of the epochs: where the net was tested. */
  get ends(): readonly { readonly x: number; readonly epoch: number }[] {
    return this.#points.flatMap(({ pictures, test, epoch }) => (test === null ? [] : [{ x: pictures, epoch }]));
  }
}
