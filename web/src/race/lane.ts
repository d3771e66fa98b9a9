// One net of the race: it takes steps for a turn, and keeps the time of its own steps.
import type { Contestant } from "./contestants.ts";
import { binMs, maxComparedStep, type Standing } from "./messages.ts";

export class Lane {
  readonly contestant: Contestant;
  readonly #limitMs: number;
  readonly #now: () => number;
  readonly #course: (number | null)[] = [];
  /** The losses of the first steps, for the comparison. */
  readonly losses: number[] = [];
  #steps = 0;
  #milliseconds = 0;
  #first = 0;
  /** The time of the last step. */
  #last = 0;
  #loss: number | null = null;

  constructor(contestant: Contestant, limitMs: number, now: () => number = () => performance.now()) {
    this.contestant = contestant;
    this.#limitMs = limitMs;
    this.#now = now;
  }

  get steps(): number {
    return this.#steps;
  }
  get milliseconds(): number {
    return this.#milliseconds;
  }

  /** Whether another step would end after the time of the race. The first step is always taken. */
  get isOver(): boolean {
    return this.#steps > 0 && this.#milliseconds + this.#last > this.#limitMs;
  }

  /** Takes steps for `turnMs`, at least one. */
  turn(turnMs: number): void {
    const until = this.#milliseconds + turnMs;
    while (!this.isOver && this.#milliseconds < until) {
      const began = this.#now();
      this.#loss = this.contestant.step();
      this.#last = this.#now() - began;
      this.#milliseconds += this.#last;
      this.#steps++;
      if (this.#steps === 1) this.#first = this.#last;
      if (this.#steps <= maxComparedStep) this.losses.push(this.#loss);
      this.#note();
    }
  }

  standing(places: Float64Array): Standing {
    return {
      runner: this.contestant.runner,
      steps: this.#steps,
      milliseconds: this.#milliseconds,
      first: this.#first,
      loss: this.#loss,
      course: this.#course.slice(),
      surface: this.contestant.scores(places),
    };
  }

  /** A step that lasts longer than a bin leaves the loss before it in the bins that it passes. */
  #note(): void {
    const bins = Math.floor(this.#milliseconds / binMs);
    const before = this.#course.at(-1) ?? null;
    while (this.#course.length < bins) this.#course.push(this.#course.length === bins - 1 ? this.#loss : before);
  }
}
