// Watched objects: modules and other objects whose properties a traced function may read, such as a weight, a part, or a number that is an
// option. While a function is traced, these properties are accessors, which report each read and write; before and afterwards they are plain
// properties. So a program knows which properties it depends on, and nothing is slower outside of a trace.

/** Receives the reads of a trace. The values are those from before the trace; properties that the function has written are not reported. */
export interface Reader {
  readsProperty(owner: object, key: string, value: unknown): void;
  /** A walk over all properties, which looks for values of some kinds, found this one. */
  findsProperty(owner: object, key: string, value: unknown): void;
  /** The names of all properties were read. */
  readsKeys(owner: object): void;
}

/** A property that the function set, and the value that it set last. */
export interface Written {
  readonly owner: object;
  readonly key: string;
  readonly value: unknown;
}

let ownerRefs: WeakRef<object>[] = [];
/** The number of references at which those of collected objects are removed. */
let sweepAt = 1000;

const livingOwners = (): object[] => ownerRefs.flatMap((ref) => ref.deref() ?? []);

/** Watches the properties of an object in every trace from now on. */
export function watch(owner: object): void {
  ownerRefs.push(new WeakRef(owner));
  if (ownerRefs.length < sweepAt) return;
  ownerRefs = ownerRefs.filter((ref) => ref.deref() !== undefined);
  sweepAt = Math.max(1000, 2 * ownerRefs.length);
}

let walking = false;
let reader: Reader | null = null;

/** The entries of an object, for a walk that looks for some kinds of values; entries of other kinds do not count as read. */
export function entriesFor(owner: object, matters: (value: unknown) => boolean): [string, unknown][] {
  if (reader === null) return Object.entries(owner);
  const before = walking;
  walking = true;
  try {
    const entries = Object.entries(owner);
    reader.readsKeys(owner);
    for (const [key, value] of entries) if (matters(value)) reader.findsProperty(owner, key, value);
    return entries;
  } finally {
    walking = before;
  }
}

/** Reports all reads to the reader from now on. The returned function restores the properties, and returns those that were written. */
export function startWatching(newReader: Reader): () => Written[] {
  const before = reader;
  reader = newReader;
  const owners = livingOwners().map((owner) => new Watched(owner, newReader));
  return () => {
    reader = before;
    return owners.splice(0).flatMap((owner) => owner.restore());
  };
}

/** A watched object, while a function is traced. */
class Watched {
  readonly #owner: object;
  readonly #keysBefore: ReadonlySet<string>;
  readonly #restores: (() => Written | null)[] = [];

  constructor(owner: object, to: Reader) {
    this.#owner = owner;
    const keys = Object.keys(owner);
    this.#keysBefore = new Set(keys);
    for (const key of keys) {
      const original = Object.getOwnPropertyDescriptor(owner, key);
      if (original?.configurable && "value" in original) this.#restores.push(replace(owner, key, original, to));
    }
  }

  restore(): Written[] {
    const written = this.#restores.flatMap((restore) => restore() ?? []);
    // Properties that the function added.
    const keys = Object.keys(this.#owner);
    if (keys.length === this.#keysBefore.size) return written;
    for (const key of keys) {
      if (this.#keysBefore.has(key)) continue;
      written.push({ owner: this.#owner, key, value: Reflect.get(this.#owner, key) });
      Reflect.deleteProperty(this.#owner, key);
    }
    return written;
  }
}

/** Replaces a property by an accessor. The returned function restores it, and returns its new value if the function has set one. */
function replace(owner: object, key: string, original: PropertyDescriptor, to: Reader): () => Written | null {
  let { value } = original;
  let written = false;
  const get = (): unknown => {
    if (!walking && !written) to.readsProperty(owner, key, value);
    return value;
  };
  const set = (next: unknown): void => {
    written = true;
    value = next;
  };
  const accessor = original.writable ? { get, set } : { get };
  Object.defineProperty(owner, key, { ...accessor, enumerable: true, configurable: true });
  return () => {
    Object.defineProperty(owner, key, original);
    return written ? { owner, key, value } : null;
  };
}
