// Picks the group that runs next, so that buffers live for a short time: a group that frees at least as many bytes as it allocates, if
// there is one (the update of a weight, as soon as nothing else has to read the weight); otherwise the group that was traced first.
import type { DType } from "../../tensor/dtype.ts";
import type { Group } from "./group.ts";
import { runs, type Step } from "./steps.ts";

const bytesPerElement = { float32: 4, float64: 8, int32: 4, uint8: 1, bool: 1 } as const satisfies Record<
  DType,
  number
>;

interface Needs {
  /** Bytes of the temporaries that the group writes. */
  readonly bytesMade: number;
  /** Steps of other groups that it reads from temporaries. */
  readonly read: readonly Step[];
}

export class Lifetimes {
  readonly #needs = new Map<Group, Needs>();
  /** How many groups have yet to read a step. An output counts one reader more, so that it is never free. */
  readonly #readers = new Map<Step, number>();

  /** `isMade` tells whether a step is stored in a temporary. */
  constructor(groups: readonly Group[], isMade: (step: Step) => boolean, outputs: readonly Step[]) {
    for (const step of outputs) this.#count(step, 1);
    for (const group of groups) {
      const own = new Set(group.steps);
      const read = new Set<Step>();
      let bytesMade = 0;
      for (const step of group.steps) {
        if (step.kind === "place" || isMade(step)) bytesMade += step.size * bytesPerElement[step.dtype];
        for (const { step: source } of [...step.values, ...step.buffers]) {
          if (source.kind === "assembled" || (runs(source) && isMade(source) && !own.has(source))) read.add(source);
        }
      }
      for (const step of read) this.#count(step, 1);
      this.#needs.set(group, { bytesMade, read: [...read] });
    }
  }

  /** The group to run next; its reads are counted as done. */
  pick(ready: readonly Group[]): Group {
    let [best, bestGain] = [ready[0], -1];
    for (const group of ready) {
      const gain = Math.max(this.#gain(group), -1);
      if (gain > bestGain || (gain === bestGain && group.id < best.id)) [best, bestGain] = [group, gain];
    }
    for (const step of this.#needs.get(best)?.read ?? []) this.#count(step, -1);
    return best;
  }

  /** Bytes that running the group frees, less the bytes that it allocates. */
  #gain(group: Group): number {
    const { bytesMade, read } = this.#needs.get(group) ?? { bytesMade: 0, read: [] };
    const freed = read.filter((step) => this.#readers.get(step) === 1);
    return freed.reduce((sum, { size, dtype }) => sum + size * bytesPerElement[dtype], -bytesMade);
  }

  #count(step: Step, by: number): void {
    this.#readers.set(step, (this.#readers.get(step) ?? 0) + by);
  }
}
