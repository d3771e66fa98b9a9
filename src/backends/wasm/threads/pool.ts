// The workers that share the one memory with the thread that this is. They are started when the first program wants company, and are
// there when they are there: whoever calls a program opens it, wakes those who have loaded its module, works itself, closes it when
// all is done and waits until everybody has left. A pool in which a thread failed or was lost is given up, and the next one
// starts with new workers.
import { ChainruleError } from "../../../errors/error.ts";
import { type ProgramMemory, programMemory } from "../memory/memory.ts";
import { control, entry, logLength, slice, slot, stopped } from "./control.ts";
import { Modules } from "./modules.ts";
import { type Started, startWorker } from "./start.ts";
import { parallelism, stayAlone, threadsFor } from "./surroundings.ts";

/**
 * How often a thread looks again before it sleeps, within a program and between programs: some 20 µs, if there is a core for each. One
 * that waits for a thread without a core only keeps it from one.
 */
const spins = { crowded: 50, inside: 20_000, between: 50_000 };
/** In slices of control.ts: a thread of which nothing is heard for so long is lost. Tests do not wait for it. */
export const deadline = { slices: 100 };
/** For tests: all workers have loaded a program, and have joined it, before its caller begins. */
export const rendezvous = { wanted: false, entered: 0 };

interface Member {
  readonly worker: Started;
  readonly state: () => "starting" | "ready" | "gone";
}

/** What is written for each program, in this order. */
type Word = "stop" | "entered" | "message" | "spins" | "patience" | "table" | "threads" | "open";

/** A program's module as the workers know it. */
export interface Registered {
  readonly pool: Pool;
  readonly id: number;
}

/** A program that is run. */
export interface Dispatch {
  readonly id: number;
  readonly table: number;
  readonly threads: number;
  /** Slices that a thread may take longer than usual without being lost. */
  readonly patience: number;
  /** The caller's part, that of thread 0. */
  readonly main: () => number;
}

export class Pool {
  readonly #memory: ProgramMemory;
  /** The address of the words that its threads share. */
  readonly block: number;
  readonly #words: Int32Array;
  readonly #members: Member[] = [];
  readonly #modules: Modules;
  #over = false;
  /** Why the first worker that could not start could not. */
  #refusal: string | null = null;

  constructor(memory: ProgramMemory) {
    this.#memory = memory;
    this.block = memory.allocate(control.bytes, "the pool of threads");
    this.#words = memory.views().int32;
    this.#words.fill(0, this.block / 4, (this.block + control.bytes) / 4);
    const read = (logged: number) => this.#slowest(logged);
    this.#modules = new Modules({ memory, block: this.block, words: this.#words, read });
  }

  get isOver(): boolean {
    return this.#over;
  }
  get isStarting(): boolean {
    return this.#members.some(({ state }) => state() === "starting");
  }
  /** Threads that have come so far, with the one that this is. */
  get threads(): number {
    return 1 + this.#members.filter(({ state }) => state() === "ready").length;
  }
  get workers(): readonly Started[] {
    return this.#members.map(({ worker }) => worker);
  }

  /** Has workers for so many threads start. */
  start(threads: number): void {
    while (this.#members.length < threads - 1) {
      const place = {
        ...{ memory: this.#memory.memory, block: this.block, index: this.#members.length, logLength },
        ...{ offsets: { control, entry, slot }, failed: stopped.failed },
        spins: threads > parallelism() ? spins.crowded : spins.between,
      };
      let now: ReturnType<Member["state"]> = "starting";
      const become = (next: "ready" | "gone", reason: string | null = null) => {
        // One that has worked before leaves a gap that nobody fills: the next program finds other workers.
        if (now === "ready" && next === "gone") this.giveUp();
        now = next;
        this.#refusal = next === "ready" ? null : (this.#refusal ?? reason);
        this.#lookForAny();
        for (const look of onlookers) look();
      };
      const worker = startWorker(place, { ready: () => become("ready"), gone: (reason) => become("gone", reason) });
      this.#members.push({ worker, state: () => now });
    }
    this.#lookForAny();
  }

  /** Where no worker at all could start, another pool would fare no better. */
  #lookForAny(): void {
    if (this.#over || this.#refusal === null || this.#members.some(({ state }) => state() !== "gone")) return;
    stayAlone(`workers do not start here (${this.#refusal})`);
  }

  /** Keeps the process alive while workers start. */
  hold(held: boolean): void {
    for (const { worker, state } of this.#members) {
      if (held && state() === "starting") worker.ref();
      else worker.unref();
    }
  }

  /** Hands a module to the workers; null if they have too many to load. */
  register(bytes: Uint8Array): Registered | null {
    let id = this.#modules.add(bytes);
    if (rendezvous.wanted) this.#await(() => (id ??= this.#modules.add(bytes)) !== null);
    if (id === null) return null;
    for (let i = 0; i < this.#members.length; i++) this.#wake(i);
    return { pool: this, id };
  }

  /** The workers may forget a program. */
  drop(id: number): void {
    if (!this.#over) this.#modules.drop(id);
  }

  /**
   * Runs a program with the workers that have its module; false if there are none, and nothing was done. Throws if a thread failed:
   * what the program changes is then half done.
   */
  run({ id, table, threads, patience, main }: Dispatch): boolean {
    const helpers = Math.min(this.#members.length, threads - 1);
    if (rendezvous.wanted) this.#await(() => this.#loaded(id, helpers) === helpers);
    if (this.#over || this.#loaded(id, helpers) === 0) return false;
    this.#set("stop", 0);
    this.#set("entered", 0);
    this.#set("message", 0);
    this.#set("spins", threads > parallelism() ? spins.crowded : spins.inside);
    this.#set("patience", deadline.slices + patience);
    this.#set("table", table);
    this.#set("threads", threads);
    this.#set("open", id + 1);
    for (let i = 0; i < helpers; i++) if (this.#hasLoaded(i, id)) this.#wake(i);
    if (rendezvous.wanted) this.#await(() => this.#word("entered") >= helpers);
    rendezvous.entered = this.#word("entered");
    let reason = 0;
    let thrown: { readonly error: unknown } | null = null;
    try {
      reason = main();
    } catch (error) {
      thrown = { error };
      reason = stopped.failed;
      this.#set("stop", reason);
      Atomics.add(this.#words, this.#at("pulse"), 1);
      Atomics.notify(this.#words, this.#at("pulse"));
    }
    this.#set("open", 0);
    const left = this.#waitUntilLeft(deadline.slices + patience);
    if (!left || reason !== 0) this.giveUp();
    if (thrown) throw thrown.error;
    if (reason === stopped.lost)
      throw new ChainruleError("device", "compile", "a thread did not come back; the next call has new ones");
    if (reason === stopped.failed) throw new ChainruleError("option", "compile", `a thread failed: ${this.#message()}`);
    return true;
  }

  /** Ends all workers; whoever asks for a pool afterwards gets a new one. */
  giveUp(): void {
    if (this.#over) return;
    this.#over = true;
    for (const { worker } of this.#members) worker.terminate();
    // Who is still inside writes to memory that will be used again, and ending takes a moment.
    if (this.#word("active") > 0) this.#await(() => false, slice);
  }

  #at(name: Exclude<keyof typeof control, "bytes">): number {
    return (this.block + control[name]) / 4;
  }
  #word(name: "entered" | "active" | "message"): number {
    return Atomics.load(this.#words, this.#at(name));
  }
  #set(name: Word, value: number): void {
    Atomics.store(this.#words, this.#at(name), value);
  }

  #slot(index: number): number {
    return (this.block + control.slots + index * slot.bytes) / 4;
  }
  #hasLoaded(index: number, id: number): boolean {
    return Atomics.load(this.#words, this.#slot(index) + slot.loaded / 4) > id;
  }
  #loaded(id: number, helpers: number): number {
    let count = 0;
    for (let i = 0; i < helpers; i++) if (this.#hasLoaded(i, id)) count++;
    return count;
  }
  /** Log entries that all workers have read. */
  #slowest(logged: number): number {
    let least = logged;
    for (const [i, { state }] of this.#members.entries())
      if (state() !== "gone") least = Math.min(least, Atomics.load(this.#words, this.#slot(i) + slot.loaded / 4));
    return least;
  }
  #wake(index: number): void {
    const at = this.#slot(index);
    Atomics.add(this.#words, at + slot.wake / 4, 1);
    // Who goes to sleep says so first and then compares: one of both sees the other.
    if (Atomics.load(this.#words, at + slot.asleep / 4) !== 0) Atomics.notify(this.#words, at + slot.wake / 4);
  }

  /** Whether everybody has left: all is done, and they only look for more, unless one is lost. */
  #waitUntilLeft(slices: number): boolean {
    for (let i = 0; i < spins.inside; i++) if (this.#word("active") === 0) return true;
    for (let i = 0; i < slices; i++) {
      const count = this.#word("active");
      if (count === 0) return true;
      Atomics.wait(this.#words, this.#at("active"), count, slice);
    }
    return this.#word("active") === 0;
  }
  /** Waits until something is so, at most some milliseconds. */
  #await(isSo: () => boolean, most = 5000): void {
    const never = (this.block + control.bytes) / 4 - 1;
    for (const start = performance.now(); !isSo() && performance.now() - start < most; )
      Atomics.wait(this.#words, never, 0, 1);
  }
  #message(): string {
    const at = this.block + control.message + 4;
    const text = this.#memory.views().uint8.slice(at, at + this.#word("message"));
    return new TextDecoder().decode(text) || "it did not say why";
  }
}

/** Called whenever a worker comes or goes. */
const onlookers = new Set<() => void>();
let current: Pool | null = null;

/** The pool, with workers for so many threads on their way. */
export function poolFor(threads: number): Pool {
  if (current === null || current.isOver) current = new Pool(programMemory);
  current.start(threads);
  return current;
}

/** How many threads programs can use, once all have come that are going to. */
export async function threadsReady(): Promise<number> {
  const threads = threadsFor(null);
  if (threads === 1) return 1;
  const pool = poolFor(threads);
  pool.hold(true);
  await new Promise<void>((resolve) => {
    const look = () => {
      if (pool.isStarting && !pool.isOver) return;
      onlookers.delete(look);
      resolve();
    };
    onlookers.add(look);
    look();
  });
  pool.hold(false);
  return Math.min(pool.threads, threads);
}
