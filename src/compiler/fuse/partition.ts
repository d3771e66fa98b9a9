// The groups while steps are merged into them. A merge is refused if a step outside would have to run both after one part of the merged
// group and before another. Each group has a height above those that it reads, so that a search for a group looks only above it (a dynamic
// topological order).
import { internal } from "../../errors/error.ts";
import { type Group, joint, single } from "./group.ts";
import { earlierOf, isAll, runs, type Step, writersOf } from "./steps.ts";

/** Kernels of more steps are no faster, and WebAssembly engines take long to compile them. */
const maxStepsPerGroup = 400;

interface Entry {
  group: Group;
  readonly steps: Step[];
  /** The ids of the steps that it reads; some of its own may be among them. */
  readonly reads: number[];
  /** The ids of those that it has to read from memory. */
  readonly stored: number[];
  /** The ids of the steps that read it; some of its own may be among them. */
  readonly readers: number[];
  /** More than the height of every other group that it reads. */
  height: number;
  /** The number of the search that visited it last. */
  search: number;
}

export class Partition {
  /** The entry of each step that has one. */
  readonly #of: Entry[];
  #searches = 0;

  /** Takes steps with ids below `count`. */
  constructor(count: number) {
    this.#of = new Array(count);
  }

  #entryOf(id: number): Entry {
    if (!(id in this.#of)) throw internal(`step ${id} is in no group`);
    return this.#of[id];
  }

  groupOf({ id }: Step): Group {
    return this.#entryOf(id).group;
  }

  groups(): Group[] {
    // Only steps that run have an entry.
    const all = new Set(this.#of.filter((entry) => entry !== undefined));
    return Array.from(all, ({ group, steps }) => ({ ...group, steps }));
  }

  /** Makes a group for a step; the steps that it reads have theirs already. */
  add(step: Step): void {
    const reads: number[] = [];
    const stored: number[] = [];
    let height = 0;
    const need = (other: Step, inMemory: boolean) => {
      for (const { id } of writersOf(other)) {
        const writer = this.#entryOf(id);
        writer.readers.push(step.id);
        height = Math.max(height, writer.height + 1);
        reads.push(id);
        if (inMemory) stored.push(id);
      }
    };
    for (const read of step.values) need(read.step, !runs(read.step) || !isAll(read));
    for (const read of step.buffers) need(read.step, true);
    for (const other of earlierOf(step)) need(other, true);
    this.#of[step.id] = { group: single(step), steps: [step], reads, stored, readers: [], height, search: 0 };
  }

  /** Merges the groups of two steps, which meet at `points` points, if that is possible. */
  merge(one: Step, other: Step, points: number): void {
    const [a, b] = [this.#entryOf(one.id), this.#entryOf(other.id)];
    if (a === b || a.steps.length + b.steps.length > maxStepsPerGroup) return;
    const together = joint(a.group, b.group, points);
    if (together === null || this.#between(a, b) || this.#between(b, a)) return;
    if (a.steps.length < b.steps.length) this.#absorb(b, a, together);
    else this.#absorb(a, b, together);
  }

  /** Does the same if the merged group has at most `maxReductions` reductions. */
  mergeReductions(one: Step, other: Step, points: number, maxReductions: number): void {
    const [a, b] = [this.#entryOf(one.id), this.#entryOf(other.id)];
    const count = [...a.steps, ...b.steps].filter(({ kind }) => kind === "reduce").length;
    if (count <= maxReductions) this.merge(one, other, points);
  }

  #absorb(into: Entry, from: Entry, group: Group): void {
    into.group = group;
    into.steps.push(...from.steps);
    for (const { id } of from.steps) this.#of[id] = into;
    const before = into.height;
    for (const id of from.reads) {
      const writer = this.#of[id];
      if (writer === into) continue;
      into.reads.push(id);
      into.height = Math.max(into.height, writer.height + 1);
    }
    for (const id of from.stored) if (this.#of[id] !== into) into.stored.push(id);
    const readers = from.readers.filter((id) => this.#of[id] !== into);
    into.readers.push(...readers);
    this.#raise(into, into.height > before ? into.readers : readers);
  }

  /** Gives those that read a group heights above its own, and so on. */
  #raise(group: Entry, readers: readonly number[]): void {
    const raised: Entry[] = [];
    const raise = (below: Entry, ids: readonly number[]) => {
      for (const id of ids) {
        const reader = this.#of[id];
        if (reader === below || reader.height > below.height) continue;
        reader.height = below.height + 1;
        raised.push(reader);
      }
    };
    raise(group, readers);
    // The list grows while it is read.
    for (const reader of raised) raise(reader, reader.readers);
  }

  /** Whether b has to read a from memory, or depends on a through a third group. */
  #between(a: Entry, b: Entry): boolean {
    if (b.height <= a.height) return false;
    for (const id of b.stored) if (this.#of[id] === a) return true;
    const search = ++this.#searches;
    a.search = b.search = search;
    const waiting = [b];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const id of next.reads) {
        const writer = this.#of[id];
        if (writer === a && next !== b) return true;
        if (writer.search === search || writer.height <= a.height) continue;
        writer.search = search;
        waiting.push(writer);
      }
    }
    return false;
  }
}
