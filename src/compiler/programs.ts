// The programs of one compiled function, found by what a call depends on. There is a bound on them: those that were used longest ago
// go. A function that keeps being traced anew is slow, so a warning says what it is that varies, and what was dropped and traced again.
import type { Signature } from "./structure.ts";
import type { Guard } from "./traced.ts";

/** What a program is found by. */
export interface Found {
  readonly key: string;
  readonly recording: boolean;
  readonly guards: readonly Guard[];
  /** What it holds, about. */
  readonly bytes: number;
}

export interface Bounds {
  readonly programs: number;
  readonly bytes: number;
}

/** Where maxPrograms is left out: as many as PyTorch's and JAX's users have lengths of text, as long as they are small. */
export const defaultBounds: Bounds = { programs: 256, bytes: 128 * 2 ** 20 };

/** Traces after which something in the arguments is worth a word. */
const suspicious = 32;
/** Values of one part of the signature that are counted. */
const mostValues = 1000;

interface Entry<P extends Found> {
  readonly program: P;
  used: number;
}

export class Programs<P extends Found> {
  readonly #name: string;
  readonly #bounds: Bounds;
  readonly #byKey = new Map<string, Entry<P>[]>();
  #last: P | null = null;
  #calls = 0;
  #count = 0;
  #bytes = 0;
  #traces = 0;
  #drops = 0;
  #again = 0;
  readonly #dropped = new Set<string>();
  readonly #values = new Map<string, Set<string>>();

  constructor(name: string, bounds: Bounds) {
    this.#name = name;
    this.#bounds = bounds;
  }

  /** The one that was used last. */
  get last(): P | null {
    return this.#last;
  }

  /** The program that is right for a call: the same arguments but for contents, and what the trace read is as it was. */
  find({ key, recording }: Signature): P | null {
    const entries = this.#byKey.get(key);
    if (entries === undefined) return null;
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i];
      if (entry.program.recording !== recording || failing(entry.program) !== null) continue;
      entry.used = ++this.#calls;
      this.#last = entry.program;
      return entry.program;
    }
    return null;
  }

  /** Before a function is traced for want of a program: what is different this time. */
  misses(signature: Signature): void {
    for (const [place, what] of signature.parts) this.#vary(place, what);
    this.#traces++;
    for (const { program } of this.#byKey.get(signature.key) ?? []) {
      const guard = program.recording === signature.recording ? failing(program) : null;
      if (guard !== null) this.#vary(guard.name, `trace ${this.#traces}`);
    }
    if (this.#dropped.has(signature.key)) this.#again++;
    if (this.#traces === suspicious) this.#warn();
  }

  add(program: P): void {
    const entries = this.#byKey.get(program.key) ?? [];
    this.#byKey.set(program.key, entries);
    entries.unshift({ program, used: ++this.#calls });
    this.#last = program;
    this.#count++;
    this.#bytes += program.bytes;
    while (this.#count > this.#bounds.programs || (this.#bytes > this.#bounds.bytes && this.#count > 1)) this.#drop();
  }

  /** Drops the one that was used longest ago. */
  #drop(): void {
    let oldest: Entry<P> | null = null;
    for (const entries of this.#byKey.values())
      for (const entry of entries) if (oldest === null || entry.used < oldest.used) oldest = entry;
    if (oldest === null) return;
    const { program } = oldest;
    const others = this.#byKey.get(program.key)?.filter((entry) => entry !== oldest) ?? [];
    if (others.length === 0) this.#byKey.delete(program.key);
    else this.#byKey.set(program.key, others);
    this.#count--;
    this.#bytes -= program.bytes;
    this.#dropped.add(program.key);
    this.#drops++;
    if (Number.isInteger(Math.log10(this.#drops))) this.#warn();
  }

  #vary(place: string, what: string): void {
    const values = this.#values.get(place) ?? new Set();
    this.#values.set(place, values);
    if (values.size < mostValues) values.add(what);
  }

  #warn(): void {
    const [place, values] = [...this.#values].reduce(
      (widest, next) => (next[1].size > widest[1].size ? next : widest),
      ["what it reads", new Set<string>()],
    );
    const examples = [...values].filter((value) => !value.startsWith("trace "));
    const varies = examples.length > 1 ? `${place} varies: ${examples.slice(0, 3).join(", ")}, ...` : `${place} varies`;
    const drops =
      this.#drops === 0
        ? ""
        : `; ${this.#drops} programs used longest ago were dropped, and ${this.#again} traced again (maxPrograms bounds them)`;
    console.warn(
      `compile: ${this.#name || "the function"} has been traced for ${this.#traces} signatures${drops}. ${varies}. Numbers that change should be 0-d tensors, tensors that change arguments, and batches of one size`,
    );
  }
}

/** The first thing that the trace read and that is not as it was; null if all is. */
function failing({ guards }: Found): Guard | null {
  for (let i = 0; i < guards.length; i++) if (!Object.is(guards[i].read(), guards[i].value)) return guards[i];
  return null;
}
