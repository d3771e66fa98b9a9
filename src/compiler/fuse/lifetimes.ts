// Which of several groups runs next, so that buffers are needed for short: one that frees at least as much as it makes, if there is
// any (a gradient's update, as soon as nothing else reads the weights), else the one that the trace came to first.
import type { DType } from "../../tensor/dtype.ts";
import type { Group } from "./group.ts";
import { runs, type Step } from "./steps.ts";

const bytes = { float32: 4, float64: 8, int32: 4, uint8: 1, bool: 1 } as const satisfies Record<DType, number>;

/** What a group makes, and what it reads that others made. */
interface Needs {
  readonly made: number;
  readonly read: readonly Step[];
}

export class Lifetimes {
  readonly #needs = new Map<Group, Needs>();
  /** How many groups have yet to read a step; outputs are never read for the last time. */
  readonly #readers = new Map<Step, number>();

  /** Steps that `isMade` says lie in temporaries. */
  constructor(groups: readonly Group[], isMade: (step: Step) => boolean, outputs: readonly Step[]) {
    for (const step of outputs) this.#count(step, 1);
    for (const group of groups) {
      const own = new Set(group.steps);
      const read = new Set<Step>();
      let made = 0;
      for (const step of group.steps) {
        if (step.kind === "place" || isMade(step)) made += step.size * bytes[step.dtype];
        for (const { step: source } of [...step.values, ...step.buffers]) {
          if (source.kind === "assembled" || (runs(source) && isMade(source) && !own.has(source))) read.add(source);
        }
      }
      for (const step of read) this.#count(step, 1);
      this.#needs.set(group, { made, read: [...read] });
    }
  }

  /** The next, which is taken to run then. */
  pick(ready: readonly Group[]): Group {
    let [best, most] = [ready[0], -1];
    for (const group of ready) {
      const gain = Math.max(this.#gain(group), -1);
      if (gain > most || (gain === most && group.id < best.id)) [best, most] = [group, gain];
    }
    for (const step of this.#needs.get(best)?.read ?? []) this.#count(step, -1);
    return best;
  }

  #gain(group: Group): number {
    const { made, read } = this.#needs.get(group) ?? { made: 0, read: [] };
    const freed = read.filter((step) => this.#readers.get(step) === 1);
    return freed.reduce((sum, { size, dtype }) => sum + size * bytes[dtype], -made);
  }

  #count(step: Step, by: number): void {
    this.#readers.set(step, (this.#readers.get(step) ?? 0) + by);
  }
}
