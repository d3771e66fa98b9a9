// Programs of equal bytes share what is made of them: one WebAssembly.Module, and one entry in the log by which worker threads learn of
// it. Where things lie is in a program's table (layout.ts) and not in its module, so that a second model of the same layers, or a program
// that is made once more, costs no second compilation. The cache keeps nothing alive: programs hold their code, the cache looks at it.
import type { Pool, Registered } from "./threads/pool.ts";

/** Code that is looked at from here at most; what is older is only found by those who hold it. */
export const mostCached = 64;

interface Entry {
  readonly hash: number;
  readonly code: WeakRef<Code>;
}

/** The oldest first. */
const cached: Entry[] = [];

/** How workers know some code; outlives it, so that they can be told when it is gone. */
interface Remains {
  registered: Registered | null;
}

const remains = new FinalizationRegistry<Remains>(({ registered }) => {
  registered?.pool.drop(registered.id);
  forgetGone();
});

/** Bytes and the module that they are. */
export class Code {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly module: WebAssembly.Module;
  readonly #remains: Remains = { registered: null };

  /** @internal codeOf() makes it. */
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes;
    this.module = new WebAssembly.Module(bytes);
    remains.register(this, this.#remains);
  }

  /** As the workers of a pool know it; null if they have too many others to load. */
  knownTo(pool: Pool): Registered | null {
    if (this.#remains.registered?.pool !== pool) this.#remains.registered = pool.register(this.bytes);
    return this.#remains.registered;
  }
}

/** The code that these bytes are, which must not change afterwards. */
export function codeOf(bytes: Uint8Array<ArrayBuffer>): Code {
  const hash = hashOf(bytes);
  for (const entry of cached) {
    const code = entry.hash === hash ? entry.code.deref() : undefined;
    if (code !== undefined && areEqual(code.bytes, bytes)) return code;
  }
  const code = new Code(bytes);
  // References die between two tasks of the event loop at the earliest: whoever compiles in a loop is kept in bounds by the number.
  if (cached.length >= mostCached) forgetGone();
  if (cached.length >= mostCached) cached.shift();
  cached.push({ hash, code: new WeakRef(code) });
  return code;
}

/** How much the cache looks at, for tests. */
export const cachedCount = (): number => cached.length;

function forgetGone(): void {
  const alive = cached.filter(({ code }) => code.deref() !== undefined);
  cached.splice(0, cached.length, ...alive);
}

/** FNV-1a, 32 bits (Fowler, Noll, Vo; RFC 9923). */
export function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return hash;
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
