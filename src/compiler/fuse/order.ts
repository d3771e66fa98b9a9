// What has to run before what, and orders that keep to it.
import { internal } from "../../errors/error.ts";
import type { Group } from "./group.ts";

export class Order {
  readonly #before = new Map<Group, Set<Group>>();
  readonly #after = new Map<Group, Set<Group>>();

  get groups(): Group[] {
    return [...this.#before.keys()];
  }

  /** Another group, and those that have to run before it; they may come later. */
  append(group: Group, before: readonly Group[]): void {
    this.#of(group);
    for (const other of before) this.#add(other, group);
  }

  /** Lets a group wait for others; false, and nothing happens, if one of them waits for it. */
  defer(group: Group, others: readonly Group[]): boolean {
    const late = new Set(others.filter((other) => other !== group));
    const seen = new Set<Group>([group]);
    for (const next of late.size === 0 ? [] : seen) {
      for (const after of this.#after.get(next) ?? []) {
        if (late.has(after)) return false;
        seen.add(after);
      }
    }
    for (const other of late) this.#add(other, group);
    return true;
  }

  /** All groups; whenever several could run, `pick` says which. */
  sorted(pick: (ready: readonly Group[]) => Group): Group[] {
    const waits = new Map([...this.#before].map(([group, before]) => [group, before.size]));
    const ready = [...waits.keys()].filter((group) => waits.get(group) === 0);
    const result: Group[] = [];
    while (ready.length > 0) {
      const next = pick(ready);
      ready.splice(ready.indexOf(next), 1);
      result.push(next);
      for (const after of this.#after.get(next) ?? []) {
        const left = (waits.get(after) ?? 0) - 1;
        waits.set(after, left);
        if (left === 0) ready.push(after);
      }
    }
    if (result.length < waits.size) throw internal("groups wait for each other");
    return result;
  }

  #of(group: Group): Set<Group> {
    const before = this.#before.get(group) ?? new Set<Group>();
    this.#before.set(group, before);
    return before;
  }

  #add(first: Group, second: Group): void {
    if (first === second) return;
    this.#of(first);
    this.#of(second).add(first);
    const after = this.#after.get(first);
    if (after === undefined) this.#after.set(first, new Set([second]));
    else after.add(second);
  }
}
