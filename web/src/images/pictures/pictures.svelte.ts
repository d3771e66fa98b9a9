// The visitor's pictures with the net's answers to them, the newest first. When the net changes, they are asked about again.
import type { Answer, Taken } from "../messages.ts";

export type Answered = Extract<Taken, { answer: Answer }>;

export class Pictures {
  all: readonly Taken[] = $state.raw([]);
  /** The picture on the pad. */
  chosen: Taken | null = $state.raw(null);
  /** The pictures of each question that has no answers yet. */
  readonly #asked: (readonly Answered[])[] = [];

  /** Takes pictures; `first`: whether they are the first of a drop, and stand before all others. */
  add(taken: readonly Taken[], place: number): void {
    this.all = [...this.all.slice(0, place), ...taken, ...this.all.slice(place)];
  }

  clear(): void {
    this.all = [];
    this.chosen = null;
  }

  /** The pictures of a net's size, which it is now asked about. */
  ask(size: number): readonly Answered[] {
    const asked = this.all.filter((one): one is Answered => "answer" in one && one.bytes.length === size);
    if (asked.length > 0) this.#asked.push(asked);
    return asked;
  }

  answered(answers: readonly Answer[]): void {
    const asked = this.#asked.shift() ?? [];
    const next = new Map<Taken, Answered>(asked.map((one, n) => [one, { ...one, answer: answers[n] }]));
    this.all = this.all.map((one) => next.get(one) ?? one);
    if (this.chosen !== null) this.chosen = next.get(this.chosen) ?? this.chosen;
  }

  /** After the engine has ended, no answer comes. */
  giveUp(): void {
    this.#asked.length = 0;
  }
}
