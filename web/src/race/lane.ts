// One net of the race: it takes steps for a turn, and keeps the time of its own steps.
import type { Contestant } from "./contestants.ts";
import { binMs, maxComparedStep, type Standing } from "./messages.ts";

/** The most steps that a GPU takes before their losses are read. */
const maxAhead = 64;

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

  /**
   * Takes steps for `turnMs`, at least one. The time of steps on a GPU ends when their losses have been read, so that it includes all that the
   * GPU has to do for them.
   */
  async turn(turnMs: number): Promise<void> {
    const until = this.#milliseconds + turnMs;
    while (!this.isOver && this.#milliseconds < until) {
      const { contestant } = this;
      const count = "steps" in contestant ? this.#ahead(until) : 1;
      const began = this.#now();
      const losses = "steps" in contestant ? await contestant.steps(count) : [contestant.step()];
      const each = (this.#now() - began) / losses.length;
      for (const loss of losses) this.#add(loss, each);
    }
  }

  async standing(places: Float64Array): Promise<Standing> {
    return {
      runner: this.contestant.runner,
      steps: this.#steps,
      milliseconds: this.#milliseconds,
      first: this.#first,
      loss: this.#loss,
      course: this.#course.slice(),
      surface: await this.contestant.scores(places),
    };
  }

  /** How many steps fit into the rest of the turn and of the race, at the time of the last one. */
  #ahead(until: number): number {
    if (this.#steps === 0) return 1;
    const fitting = Math.floor((Math.min(until, this.#limitMs) - this.#milliseconds) / this.#last);
    return Math.min(Math.max(fitting, 1), maxAhead);
  }

  #add(loss: number, milliseconds: number): void {
    this.#loss = loss;
    this.#last = milliseconds;
    this.#milliseconds += milliseconds;
    this.#steps++;
    if (this.#steps === 1) this.#first = milliseconds;
    if (this.#steps <= maxComparedStep) this.losses.push(loss);
    this.#note();
  }

  /** A step that lasts longer than a bin leaves the loss before it in the bins that it passes. */
  #note(): void {
    const bins = Math.floor(this.#milliseconds / binMs);
    const before = this.#course.at(-1) ?? null;
    while (this.#course.length < bins) this.#course.push(this.#course.length === bins - 1 ? this.#loss : before);
  }
}
