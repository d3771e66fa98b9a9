// Guards for the properties of modules that a trace has read: a call that finds another layer, parameter or option there needs another
// program. Tensors, modules and other objects are compared by identity, numbers and strings by value, lists, records and maps by their parts.
import { partsOf } from "../tensor/tree.ts";
import type { Guard } from "./traced.ts";

/** The number of parts of a property that are compared; further parts of a very long list are not. */
const maxParts = 10_000;

/** The parts of a list, record, map or Set, with their keys; null for any other value. */
const partsOrMembersOf = (value: unknown): readonly (readonly [key: unknown, part: unknown])[] | null =>
  value instanceof Set ? [...value.entries()] : partsOf(value);

/** The leaves of nested lists, records and maps, together with the containers, their lengths and their keys. */
function* leavesOf(value: unknown, holders: readonly unknown[] = []): Generator<unknown> {
  yield value;
  const parts = holders.includes(value) ? null : partsOrMembersOf(value);
  if (parts === null) return;
  yield parts.length;
  for (const [key, part] of parts) {
    yield key;
    yield* leavesOf(part, [...holders, value]);
  }
}

function snapshot(value: unknown): unknown[] {
  const leaves: unknown[] = [];
  for (const leaf of leavesOf(value)) if (leaves.push(leaf) >= maxParts) break;
  return leaves;
}

function equalsSnapshot(leaves: readonly unknown[], value: unknown): boolean {
  let i = 0;
  for (const leaf of leavesOf(value)) {
    if (!Object.is(leaf, leaves[i++])) return false;
    if (i >= maxParts) return true;
  }
  return i === leaves.length;
}

/** The guard that a property still has the value that was read. */
export function propertyGuard(owner: object, key: string, value: unknown): Guard {
  const name = `${owner.constructor.name}.${key}`;
  if (partsOrMembersOf(value) === null) return { name, value, read: () => Reflect.get(owner, key) };
  const leaves = snapshot(value);
  return { name, value: true, read: () => equalsSnapshot(leaves, Reflect.get(owner, key)) };
}

/** The guard that an object still has the same number of properties. */
export function keysGuard(owner: object): Guard {
  const read = () => Object.keys(owner).length;
  return { name: `the properties of ${owner.constructor.name}`, value: read(), read };
}
