// Programs with equal bytes share one WebAssembly.Module, and one entry in the log from which worker threads load it. A module contains no
// addresses of the program (they are in its table, layout.ts), so a second model with the same layers, or a program that is compiled again,
// needs no second compilation. The cache keeps nothing alive: programs hold their code, and the cache has weak references to it.
import type { Pool, Registered, Waiting } from "./threads/pool.ts";

/** Number of cached codes; an older code is used further by its programs, but new programs no longer find it. */
export const maxCachedCodes = 64;

interface Entry {
  /** Of the code's bytes: few modules have the same, and their bytes differ early. */
  readonly length: number;
  readonly code: WeakRef<Code>;
}

/** The cached codes, the oldest first. */
const cached: Entry[] = [];

/** The registration of a code with a pool of workers. It outlives the code, so that the pool can drop it afterwards. */
interface Registration {
  registered: Registered | null;
}

const collected = new FinalizationRegistry<Registration>(({ registered }) => {
  registered?.pool.drop(registered.id);
  removeCollected();
});

/** The bytes of a module and the compiled module. */
export class Code {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly module: WebAssembly.Module;
  readonly #registration: Registration = { registered: null };

  /** @internal Only codeOf() calls it. */
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes;
    this.module = new WebAssembly.Module(bytes);
    collected.register(this, this.#registration);
  }

  /** The registration with a pool's workers; null if too many modules are waiting to be loaded by them. */
  registerWith(pool: Pool, waiting: Waiting): Registered | null {
    if (this.#registration.registered?.pool !== pool)
      this.#registration.registered = pool.register(this.bytes, waiting);
    return this.#registration.registered;
  }
}

/** The code of these bytes, which must not change afterwards. */
export function codeOf(bytes: Uint8Array<ArrayBuffer>): Code {
  for (const entry of cached) {
    const code = entry.length === bytes.length ? entry.code.deref() : undefined;
    if (code !== undefined && areEqual(code.bytes, bytes)) return code;
  }
  const code = new Code(bytes);
  // Weak references are cleared between two tasks of the event loop at the earliest. maxCachedCodes bounds the cache while one task
  // compiles many programs.
  if (cached.length >= maxCachedCodes) removeCollected();
  if (cached.length >= maxCachedCodes) cached.shift();
  cached.push({ length: bytes.length, code: new WeakRef(code) });
  return code;
}

/** Number of entries of the cache, for tests. */
export const cachedCount = (): number => cached.length;

/** Removes entries whose code was collected. */
function removeCollected(): void {
  const alive = cached.filter(({ code }) => code.deref() !== undefined);
  cached.splice(0, cached.length, ...alive);
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
