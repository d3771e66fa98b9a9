// Picks the group that runs next, so that buffers live for a short time: a group that frees at least as many bytes as it allocates, if
// there is one (the update of a weight, as soon as nothing else has to read the weight); otherwise the group that was traced first.
import type { DType } from "../../tensor/dtype.ts";
import type { Group } from "./group.ts";
import { type Read, runs, type Step } from "./steps.ts";

const bytesPerElement = { float32: 4, float64: 8, int32: 4, uint8: 1, bool: 1 } as const satisfies Record<
  DType,
  number
>;

interface Needs {
  /** Steps of other groups that it reads from temporaries. */
  readonly read: readonly Step[];
  /** Bytes that running the group next frees, less the bytes of the temporaries that it writes. */
  gain: number;
}

const bytesOf = ({ size, dtype }: Step): number => size * bytesPerElement[dtype];

export class Lifetimes {
  readonly #needs = new Map<Group, Needs>();
  /** How many groups have yet to read a step. An output counts one reader more, so that it is never free. */
  readonly #counts = new Map<Step, number>();
  readonly #readers = new Map<Step, Needs[]>();

  /** `isMade` tells whether a step is stored in a temporary. */
  constructor(groups: readonly Group[], isMade: (step: Step) => boolean, outputs: readonly Step[]) {
    for (const step of outputs) this.#count(step, 1);
    groups.forEach((group) => {
      this.#add(group, isMade);
    });
    for (const step of this.#readers.keys()) this.#addToGains(step);
  }

  #add(group: Group, isMade: (step: Step) => boolean): void {
    const own = new Set(group.steps);
    const read = new Set<Step>();
    let bytesMade = 0;
    const add = ({ step: source }: Read) => {
      if (source.kind === "assembled" || (runs(source) && isMade(source) && !own.has(source))) read.add(source);
    };
    for (const step of group.steps) {
      if (step.kind === "repeat") for (const target of step.stacked) bytesMade += target === null ? 0 : bytesOf(target);
      else if (step.kind === "place" || isMade(step)) bytesMade += bytesOf(step);
      step.values.forEach(add);
      step.buffers.forEach(add);
    }
    const needs = { read: [...read], gain: -bytesMade };
    this.#needs.set(group, needs);
    for (const step of read) {
      this.#count(step, 1);
      const readers = this.#readers.get(step);
      if (readers === undefined) this.#readers.set(step, [needs]);
      else readers.push(needs);
    }
  }

  /** The group to run next; its reads are counted as done. */
  pick(ready: readonly Group[]): Group {
    let [best, bestGain] = [ready[0], -1];
    for (const group of ready) {
      const gain = Math.max(this.#needs.get(group)?.gain ?? 0, -1);
      if (gain > bestGain || (gain === bestGain && group.id < best.id)) [best, bestGain] = [group, gain];
    }
    for (const step of this.#needs.get(best)?.read ?? []) {
      this.#count(step, -1);
      this.#addToGains(step);
    }
    return best;
  }

  /** If one group has yet to read a step, running it frees the step. What groups gain that have run does not matter any more. */
  #addToGains(step: Step): void {
    if (this.#counts.get(step) !== 1) return;
    for (const needs of this.#readers.get(step) ?? []) needs.gain += bytesOf(step);
  }

  #count(step: Step, by: number): void {
    this.#counts.set(step, (this.#counts.get(step) ?? 0) + by);
  }
}
