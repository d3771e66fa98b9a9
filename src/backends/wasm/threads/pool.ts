// The pool of workers that share the memory with the calling thread. The first program for several threads starts them, and nothing waits
// for them to be ready. The caller of a program opens it, wakes the workers that have loaded its module, works on it itself, closes it
// when everything is complete, and waits until all workers have left it. If a thread fails or is lost, the pool is given up, and the next
// program gets a new pool with new workers.
import { ChainruleError } from "../../../errors/error.ts";
import { type ProgramMemory, programMemory } from "../memory/memory.ts";
import { parallelism, stayAlone, threadsFor } from "../surroundings.ts";
import { control, entry, logLength, sliceMs, slot, stopped } from "./control.ts";
import { Modules } from "./modules.ts";
import { type Started, startWorker } from "./start.ts";

/**
 * Number of polls before a thread sleeps, inside a program and between programs: about 20 µs if there is a core for each thread. With more
 * threads than cores it is small (crowded), because a polling thread may occupy the core that the awaited thread needs.
 */
const spins = { crowded: 50, inside: 20_000, between: 50_000 };
/** How the caller of a program waits for its workers. */
export interface Waiting {
  /** Whether it waits, before it begins, until all workers have loaded and joined the program. Tests do, so that all threads take part. */
  readonly forWorkers: boolean;
  /** Number of slices (control.ts) without progress after which a thread counts as lost. */
  readonly slices: number;
  /** Is told the number of workers that have joined a run when the caller begins. */
  readonly joined?: ((workers: number) => void) | undefined;
}

export const defaultWaiting: Waiting = { forWorkers: false, slices: 100 };

/** A worker of the pool. */
interface Member {
  readonly worker: Started;
  readonly state: () => "starting" | "ready" | "gone";
}

/** The words that are written for each run, in this order. */
type Word = "stop" | "entered" | "message" | "spins" | "patience" | "table" | "threads" | "open";

/** A module that was added to a pool's log, with its id there. */
export interface Registered {
  readonly pool: Pool;
  readonly id: number;
}

/** A run of a program. */
export interface Dispatch {
  readonly id: number;
  readonly table: number;
  readonly threads: number;
  readonly waiting: Waiting;
  /** Slices beyond those of `waiting` that a thread may take without progress, because the program has long units. */
  readonly patience: number;
  /** Runs the caller's part, as thread 0. */
  readonly main: () => number;
}

/** Workers, their log of modules and their control block. */
export class Pool {
  readonly #memory: ProgramMemory;
  /** Address of the control block. */
  readonly block: number;
  readonly #words: Int32Array;
  readonly #members: Member[] = [];
  readonly #modules: Modules;
  #over = false;
  /** The reason of the first worker that could not start. */
  #refusal: string | null = null;

  constructor(memory: ProgramMemory) {
    this.#memory = memory;
    this.block = memory.allocate(control.bytes, "the pool of threads");
    this.#words = memory.views().int32;
    this.#words.fill(0, this.block / 4, (this.block + control.bytes) / 4);
    const read = (logged: number) => this.#readByAll(logged);
    this.#modules = new Modules({ memory, block: this.block, words: this.#words, read });
  }

  /** Whether the pool was given up. */
  get isOver(): boolean {
    return this.#over;
  }
  get isStarting(): boolean {
    return this.#members.some(({ state }) => state() === "starting");
  }
  /** Number of threads that are ready, including the calling thread. */
  get threads(): number {
    return 1 + this.#members.filter(({ state }) => state() === "ready").length;
  }
  get workers(): readonly Started[] {
    return this.#members.map(({ worker }) => worker);
  }

  /** Starts workers until there is one for each thread but the calling one. */
  start(threads: number): void {
    while (this.#members.length < threads - 1) {
      const place = {
        memory: this.#memory.memory,
        block: this.block,
        index: this.#members.length,
        logLength,
        offsets: { control, entry, slot },
        failed: stopped.failed,
        spins: threads > parallelism() ? spins.crowded : spins.between,
      };
      let now: ReturnType<Member["state"]> = "starting";
      const become = (next: "ready" | "gone", reason: string | null = null) => {
        // A worker that was ready has ended: the pool cannot replace it, so the next program gets a new pool.
        if (now === "ready" && next === "gone") this.giveUp();
        now = next;
        this.#refusal = next === "ready" ? null : (this.#refusal ?? reason);
        this.#checkForWorkers();
        for (const notify of observers) notify();
      };
      const worker = startWorker(place, { ready: () => become("ready"), gone: (reason) => become("gone", reason) });
      this.#members.push({ worker, state: () => now });
    }
    this.#checkForWorkers();
  }

  /** If no worker at all could start, gives up threads for good: another pool would have the same result. */
  #checkForWorkers(): void {
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

  /** Adds a module to the log; null if the workers have too many to load. */
  register(bytes: Uint8Array, { forWorkers }: Waiting): Registered | null {
    let id = this.#modules.add(bytes);
    if (forWorkers) this.#await(() => (id ??= this.#modules.add(bytes)) !== null);
    if (id === null) return null;
    for (let i = 0; i < this.#members.length; i++) this.#wake(i);
    return { pool: this, id };
  }

  /** Lets the workers drop a program. */
  drop(id: number): void {
    if (!this.#over) this.#modules.drop(id);
  }

  /**
   * Runs a program with the workers that have loaded its module. Returns false, and does nothing, if there are none. Throws if a thread
   * failed; the program's states may then be half updated.
   */
  run({ id, table, threads, waiting, patience, main }: Dispatch): boolean {
    const helpers = Math.min(this.#members.length, threads - 1);
    if (waiting.forWorkers) this.#await(() => this.#loaded(id, helpers) === helpers);
    if (this.#over || this.#loaded(id, helpers) === 0) return false;
    this.#set("stop", 0);
    this.#set("entered", 0);
    this.#set("message", 0);
    this.#set("spins", threads > parallelism() ? spins.crowded : spins.inside);
    this.#set("patience", waiting.slices + patience);
    this.#set("table", table);
    this.#set("threads", threads);
    this.#set("open", id + 1);
    for (let i = 0; i < helpers; i++) if (this.#hasLoaded(i, id)) this.#wake(i);
    if (waiting.forWorkers) this.#await(() => this.#word("entered") >= helpers);
    waiting.joined?.(this.#word("entered"));
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
    const left = this.#waitUntilLeft(waiting.slices + patience);
    if (!left || reason !== 0) this.giveUp();
    if (thrown) throw thrown.error;
    if (reason === stopped.lost)
      throw new ChainruleError(
        "device",
        "compile",
        "a thread did not finish in time; the next call starts new threads",
      );
    if (reason === stopped.failed) throw new ChainruleError("device", "compile", `a thread failed: ${this.#message()}`);
    return true;
  }

  /** Terminates all workers; poolFor() then returns a new pool. */
  giveUp(): void {
    if (this.#over) return;
    this.#over = true;
    for (const { worker } of this.#members) worker.terminate();
    // A worker that is still in a program writes to memory that will be used again, and its termination takes a moment.
    if (this.#word("active") > 0) this.#await(() => false, sliceMs);
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
  /** Number of the first `helpers` workers that have loaded a module. */
  #loaded(id: number, helpers: number): number {
    let count = 0;
    for (let i = 0; i < helpers; i++) if (this.#hasLoaded(i, id)) count++;
    return count;
  }
  /** Number of log entries that all workers have read. */
  #readByAll(logged: number): number {
    let read = logged;
    for (const [i, { state }] of this.#members.entries())
      if (state() !== "gone") read = Math.min(read, Atomics.load(this.#words, this.#slot(i) + slot.loaded / 4));
    return read;
  }
  #wake(index: number): void {
    const at = this.#slot(index);
    Atomics.add(this.#words, at + slot.wake / 4, 1);
    // A worker that goes to sleep first sets `asleep` and then compares `wake`, so one of both sees the other.
    if (Atomics.load(this.#words, at + slot.asleep / 4) !== 0) Atomics.notify(this.#words, at + slot.wake / 4);
  }

  /** Waits until all workers have left the program; false if one does not leave in time. */
  #waitUntilLeft(slices: number): boolean {
    for (let i = 0; i < spins.inside; i++) if (this.#word("active") === 0) return true;
    for (let i = 0; i < slices; i++) {
      const count = this.#word("active");
      if (count === 0) return true;
      Atomics.wait(this.#words, this.#at("active"), count, sliceMs);
    }
    return this.#word("active") === 0;
  }
  /** Waits until a condition holds, at most `maxMs` milliseconds. */
  #await(holds: () => boolean, maxMs = 5000): void {
    const unusedWord = (this.block + control.bytes) / 4 - 1;
    for (const start = performance.now(); !holds() && performance.now() - start < maxMs; )
      Atomics.wait(this.#words, unusedWord, 0, 1);
  }
  /** The error text of the worker that failed. */
  #message(): string {
    const at = this.block + control.message + 4;
    const text = this.#memory.views().uint8.slice(at, at + this.#word("message"));
    return new TextDecoder().decode(text) || "the worker gave no reason";
  }
}

/** Functions that are called whenever a worker becomes ready or ends. */
const observers = new Set<() => void>();
let current: Pool | null = null;

/** The current pool, or a new one; starts its workers. */
export function poolFor(threads: number): Pool {
  if (current === null || current.isOver) current = new Pool(programMemory);
  current.start(threads);
  return current;
}

/** Waits until all workers have started or failed, and returns the number of threads that programs can use. */
export async function threadsReady(): Promise<number> {
  const threads = threadsFor(null);
  if (threads === 1) return 1;
  const pool = poolFor(threads);
  pool.hold(true);
  await new Promise<void>((resolve) => {
    const check = () => {
      if (pool.isStarting && !pool.isOver) return;
      observers.delete(check);
      resolve();
    };
    observers.add(check);
    check();
  });
  pool.hold(false);
  return Math.min(pool.threads, threads);
}
