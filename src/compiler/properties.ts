// Properties of modules that a trace read are guards: a call that finds another layer, parameter or option there has another program made.
// Tensors, modules and other objects are compared by identity, numbers and strings by value, lists, records and maps by what is in them.
import { partsOf } from "./structure.ts";
import type { Guard } from "./traced.ts";

/** Parts of a property that are compared; what is beyond them, in a very long list, is not. */
const mostParts = 10_000;

/** All that lies in lists, records and maps, with the containers themselves and how much each holds. */
function* leavesOf(value: unknown, around: readonly unknown[] = []): Generator<unknown> {
  yield value;
  const parts = around.includes(value) ? null : partsOf(value);
  if (parts === null) return;
  yield parts.length;
  for (const [key, part] of parts) {
    yield key;
    yield* leavesOf(part, [...around, value]);
  }
}

function snapshot(value: unknown): unknown[] {
  const seen: unknown[] = [];
  for (const leaf of leavesOf(value)) if (seen.push(leaf) >= mostParts) break;
  return seen;
}

function isAs(seen: readonly unknown[], value: unknown): boolean {
  let i = 0;
  for (const leaf of leavesOf(value)) {
    if (!Object.is(leaf, seen[i++])) return false;
    if (i >= mostParts) return true;
  }
  return i === seen.length;
}

/** That a property is as it was read. */
export function propertyGuard(owner: object, key: string, value: unknown): Guard {
  const name = `${owner.constructor.name}.${key}`;
  if (partsOf(value) === null) return { name, value, read: () => Reflect.get(owner, key) };
  const seen = snapshot(value);
  return { name, value: true, read: () => isAs(seen, Reflect.get(owner, key)) };
}

/** That an object has as many properties as it had. */
export function keysGuard(owner: object): Guard {
  const read = () => Object.keys(owner).length;
  return { name: `the properties of ${owner.constructor.name}`, value: read(), read };
}
