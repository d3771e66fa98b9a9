// Objects whose properties a traced function may read, as those of modules: a weight, a part, a number that is an option. While a function is
// traced, these properties are accessors that tell of each read and write; before and afterwards they are what they were. So a program
// knows which properties it was made from, and nothing is slower outside of a trace.

/** Who is told. Values are as they were before the trace, until they are written. */
export interface Reader {
  readsProperty(owner: object, key: string, value: unknown): void;
  /** It came up in a walk over all properties, which looks for those of its kind. */
  findsProperty(owner: object, key: string, value: unknown): void;
  /** The names of all properties were read. */
  readsKeys(owner: object): void;
}

/** A property that was set, and what it was set to last. */
export interface Written {
  readonly owner: object;
  readonly key: string;
  readonly value: unknown;
}

let living: WeakRef<object>[] = [];
let sweepAt = 1000;

const alive = (): object[] => living.flatMap((one) => one.deref() ?? []);

/** Has the properties of an object watched in every trace from now on. */
export function watch(owner: object): void {
  living.push(new WeakRef(owner));
  if (living.length < sweepAt) return;
  living = living.filter((one) => one.deref() !== undefined);
  sweepAt = Math.max(1000, 2 * living.length);
}

let walking = false;
let reader: Reader | null = null;

/** The entries of an object, for a walk that cares for some kinds of values only; the others do not count as read. */
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

/** Tells the reader of all that is read from now on. The result puts everything back and gives what was written. */
export function startWatching(told: Reader): () => Written[] {
  const before = reader;
  reader = told;
  const owners = alive().map((owner) => new Watched(owner, told));
  return () => {
    reader = before;
    return owners.splice(0).flatMap((owner) => owner.restore());
  };
}

/** One object, while a function is traced. */
class Watched {
  readonly #owner: object;
  readonly #known: ReadonlySet<string>;
  readonly #restores: (() => Written | null)[] = [];

  constructor(owner: object, told: Reader) {
    this.#owner = owner;
    const keys = Object.keys(owner);
    this.#known = new Set(keys);
    for (const key of keys) {
      const original = Object.getOwnPropertyDescriptor(owner, key);
      if (original?.configurable && "value" in original) this.#restores.push(replace(owner, key, original, told));
    }
  }

  restore(): Written[] {
    const written = this.#restores.flatMap((restore) => restore() ?? []);
    // Properties that came up in the trace
    const keys = Object.keys(this.#owner);
    if (keys.length === this.#known.size) return written;
    for (const key of keys) {
      if (this.#known.has(key)) continue;
      written.push({ owner: this.#owner, key, value: Reflect.get(this.#owner, key) });
      Reflect.deleteProperty(this.#owner, key);
    }
    return written;
  }
}

function replace(owner: object, key: string, original: PropertyDescriptor, told: Reader): () => Written | null {
  let { value } = original;
  let written = false;
  const get = (): unknown => {
    if (!walking && !written) told.readsProperty(owner, key, value);
    return value;
  };
  const set = (next: unknown): void => {
    written = true;
    value = next;
  };
  const accessor = { get, ...(original.writable ? { set } : {}) };
  Object.defineProperty(owner, key, { ...accessor, enumerable: true, configurable: true });
  return () => {
    Object.defineProperty(owner, key, original);
    return written ? { owner, key, value } : null;
  };
}
