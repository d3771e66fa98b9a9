// The dependencies between groups, and a topological sort of them.
import { internal } from "../../errors/error.ts";
import type { Group } from "./group.ts";

export class Order {
  readonly #before = new Map<Group, Set<Group>>();
  readonly #after = new Map<Group, Set<Group>>();

  get groups(): Group[] {
    return [...this.#before.keys()];
  }

  /** Adds a group, and the groups that have to run before it; these may be appended later. */
  append(group: Group, before: readonly Group[]): void {
    this.#of(group);
    for (const other of before) this.#add(other, group);
  }

  /** Makes a group run after others. If one of them depends on the group, returns false and changes nothing. */
  defer(group: Group, others: readonly Group[]): boolean {
    const earlier = new Set(others.filter((other) => other !== group));
    const visited = new Set<Group>([group]);
    for (const next of earlier.size === 0 ? [] : visited) {
      for (const after of this.#after.get(next) ?? []) {
        if (earlier.has(after)) return false;
        visited.add(after);
      }
    }
    for (const other of earlier) this.#add(other, group);
    return true;
  }

  /** All groups in an order that keeps the dependencies; `pick` chooses among the groups that could run next. */
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
    if (result.length < waits.size) throw internal("the dependencies of the groups have a cycle");
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
