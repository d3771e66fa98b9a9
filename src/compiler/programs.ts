// The programs of one compiled function, found by the signatures of calls. Their number and size are bounded, and the least recently used
// are dropped. A function that is traced again and again is slow, so a warning says which part of the signature varies, how many programs
// were dropped, and how many of them were traced again.
import type { Signature } from "./structure.ts";
import type { Guard } from "./traced.ts";

/** The facts by which Programs finds a program. */
export interface Found {
  readonly key: string;
  readonly recording: boolean;
  readonly guards: readonly Guard[];
  /** The memory that the program takes, about. */
  readonly bytes: number;
}

export interface Bounds {
  readonly programs: number;
  readonly bytes: number;
}

/** The bounds without the option maxPrograms: enough for texts of 256 lengths, as long as the programs are small. */
export const defaultBounds: Bounds = { programs: 256, bytes: 256 * 2 ** 20 };

/** The number of traces after which a warning is printed. */
const warningTraces = 32;
/** The number of different values that are counted for one part of the signature. */
const maxCountedValues = 1000;

interface Entry<P extends Found> {
  readonly program: P;
  /** The number of the call that used it last. */
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
  #tracedAgain = 0;
  readonly #dropped = new Set<string>();
  readonly #values = new Map<string, Set<string>>();

  constructor(name: string, bounds: Bounds) {
    this.#name = name;
    this.#bounds = bounds;
  }

  /** The program that was used last. */
  get last(): P | null {
    return this.#last;
  }

  /** The program for a call: its signature is the same, and all of its guards hold; null if there is none. */
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

  /** Records that there is no program for a signature, and which parts of the signature or which guards differ this time. */
  misses(signature: Signature): void {
    for (const [place, value] of signature.parts) this.#vary(place, value);
    this.#traces++;
    for (const { program } of this.#byKey.get(signature.key) ?? []) {
      const guard = program.recording === signature.recording ? failing(program) : null;
      if (guard !== null) this.#vary(guard.name, `trace ${this.#traces}`);
    }
    if (this.#dropped.has(signature.key)) this.#tracedAgain++;
    if (this.#traces === warningTraces) this.#warn();
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

  /** Drops the least recently used program. */
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

  /** Counts a value of one part of the signature. */
  #vary(place: string, value: string): void {
    const values = this.#values.get(place) ?? new Set();
    this.#values.set(place, values);
    if (values.size < maxCountedValues) values.add(value);
  }

  #warn(): void {
    const [place, values] = [...this.#values].reduce(
      (widest, next) => (next[1].size > widest[1].size ? next : widest),
      ["a value that the function reads", new Set<string>()],
    );
    const examples = [...values].filter((value) => !value.startsWith("trace "));
    const varies = examples.length > 1 ? `${place} varies: ${examples.slice(0, 3).join(", ")}, ...` : `${place} varies`;
    const drops =
      this.#drops === 0
        ? ""
        : `; ${this.#drops} least recently used programs were dropped, and ${this.#tracedAgain} of them traced again (maxPrograms bounds them)`;
    console.warn(
      `compile: ${this.#name || "the function"} has been traced for ${this.#traces} signatures${drops}. ${varies}. Pass numbers that change as 0-d tensors and tensors that change as arguments, and give all batches one size`,
    );
  }
}

/** The first guard whose value has changed since the trace; null if all guards hold. */
function failing({ guards }: Found): Guard | null {
  for (let i = 0; i < guards.length; i++) if (!Object.is(guards[i].read(), guards[i].value)) return guards[i];
  return null;
}
