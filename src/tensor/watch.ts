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

function livingOwners(): object[] {
  const owners: object[] = [];
  for (const ref of ownerRefs) {
    const owner = ref.deref();
    if (owner !== undefined) owners.push(owner);
  }
  return owners;
}

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

/** Whether a property is lent another value (1) or gets its own one back (-1); 0 otherwise. */
let lending: -1 | 0 | 1 = 0;

function setLent(owner: object, key: string, value: unknown, step: -1 | 1): void {
  lending = step;
  try {
    Object.assign(owner, { [key]: value });
  } finally {
    lending = 0;
  }
}

/**
 * Gives a property another value, and returns a function that gives back its own one. In between a trace does not take the value for the
 * property's, and afterwards not for one that the traced function set.
 */
export function lend(owner: object, key: string, value: unknown, own: unknown): () => void {
  setLent(owner, key, value, 1);
  return () => setLent(owner, key, own, -1);
}

/** Reports all reads to the reader from now on. The returned function restores the properties, and returns those that were written. */
export function startWatching(newReader: Reader): () => Written[] {
  const before = reader;
  reader = newReader;
  const owners = livingOwners().map((owner) => new Watched(owner, newReader));
  return () => {
    reader = before;
    const written: Written[] = [];
    for (const owner of owners.splice(0)) owner.restore(written);
    return written;
  };
}

/** A watched object, while a function is traced. A trace watches every module that is alive: nothing here allocates without need. */
class Watched {
  readonly #owner: object;
  readonly #keysBefore: readonly string[];
  readonly #properties: Property[] = [];

  constructor(owner: object, to: Reader) {
    this.#owner = owner;
    this.#keysBefore = Object.keys(owner);
    for (const key of this.#keysBefore) {
      const original = Object.getOwnPropertyDescriptor(owner, key);
      if (original?.configurable && "value" in original) this.#properties.push(new Property(owner, key, original, to));
    }
  }

  /** Adds what was written. */
  restore(written: Written[]): void {
    for (const property of this.#properties) property.restore(written);
    // Properties that the function added.
    const keys = Object.keys(this.#owner);
    if (keys.length === this.#keysBefore.length) return;
    for (const key of keys) {
      if (this.#keysBefore.includes(key)) continue;
      written.push({ owner: this.#owner, key, value: Reflect.get(this.#owner, key) });
      Reflect.deleteProperty(this.#owner, key);
    }
  }
}

/** A property that is an accessor until it is restored. */
class Property {
  readonly #owner: object;
  readonly #key: string;
  readonly #original: PropertyDescriptor;
  #value: unknown;
  #written = false;
  /** How many values it is lent. */
  #lent = 0;

  constructor(owner: object, key: string, original: PropertyDescriptor, to: Reader) {
    this.#owner = owner;
    this.#key = key;
    this.#original = original;
    this.#value = original.value;
    const get = (): unknown => {
      if (!walking && !this.#written && this.#lent === 0) to.readsProperty(owner, key, this.#value);
      return this.#value;
    };
    const set = (next: unknown): void => {
      this.#lent += lending;
      if (lending === 0) this.#written = true;
      this.#value = next;
    };
    Object.defineProperty(owner, key, {
      get,
      set: original.writable ? set : undefined,
      enumerable: true,
      configurable: true,
    });
  }

  /** Adds itself if the function has set it. */
  restore(written: Written[]): void {
    Object.defineProperty(this.#owner, this.#key, this.#original);
    if (this.#written) written.push({ owner: this.#owner, key: this.#key, value: this.#value });
  }
}
