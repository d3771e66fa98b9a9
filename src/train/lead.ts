// How far training may be ahead of the numbers that it has read. A device works on while nobody waits for it, and each read costs the time of
// the way there and back; so several steps begin before their losses are read together, about four times a second.

/** The time between reads that is aimed at, in seconds. */
const interval = 0.25;
/** The most steps that begin before a read: their batches are in memory at the same time. */
const most = 64;

export class Lead {
  #steps = 1;

  /** The number of steps that may begin before the next read. */
  get steps(): number {
    return this.#steps;
  }

  /** Notes that `steps` steps took some seconds, from the first one's beginning to the read. The number doubles at most each time. */
  add(steps: number, seconds: number): void {
    const wanted = seconds > 0 ? Math.floor((steps * interval) / seconds) : most;
    this.#steps = Math.min(Math.max(wanted, 1), 2 * this.#steps, most);
  }
}
