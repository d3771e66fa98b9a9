// Runs a routine in workgroups, as a GPU does: the threads of a workgroup go from barrier to barrier, and workgroups know nothing of each
// other. Between two barriers no order of the threads is promised. So it is an error if two of them touch the same element meanwhile and
// one stores to it, and if some of them wait at a barrier that others do not reach.
import { internal } from "../errors/error.ts";
import { type Contents, type Functions, Interpreter, undefinedContents, type Watch } from "./interpret.ts";
import type { Expression, Memory, Routine, Statement, Variable } from "./program.ts";
import { statementsIn } from "./uses.ts";
import type { Value } from "./values.ts";

export type Triple = readonly [x: number, y: number, z: number];

/** How often a routine runs: in how many workgroups of how many threads. */
export interface Grid {
  readonly workgroups: Triple;
  readonly workgroupSize: Triple;
}

/** Runs a routine (program.ts) in all workgroups of a grid. `unwatched` is memory to which any thread may store at any time. */
export function interpretWorkgroups(
  routine: Routine,
  { workgroups, workgroupSize }: Grid,
  memories: ReadonlyMap<Memory, Contents>,
  functions: Functions = new Map(),
  unwatched: ReadonlySet<Memory> = new Set(),
): void {
  const races = new Races(memories, unwatched);
  for (const group of placesIn(workgroups)) {
    races.nextWorkgroup();
    const own = new Map(memories);
    const threads = placesIn(workgroupSize).map((local, thread) => {
      const values = new Map(routine.parameters.map((of, i): [Variable, Value] => [of, [[...group, ...local][i]]]));
      return new Interpreter(own, values, functions, races.watch(thread));
    });
    new Workgroup(threads, own, races).run(routine.body);
  }
}

/** All places of a box, x fastest. */
const placesIn = ([x, y, z]: Triple): Triple[] =>
  Array.from({ length: x * y * z }, (_, i) => [i % x, Math.floor(i / x) % y, Math.floor(i / (x * y))]);

/** The threads of one workgroup. A statement without barriers is run by one thread after the other; one with barriers, by all together. */
class Workgroup {
  readonly #threads: readonly Interpreter[];
  readonly #memories: Map<Memory, Contents>;
  readonly #races: Races;

  constructor(threads: readonly Interpreter[], memories: Map<Memory, Contents>, races: Races) {
    this.#threads = threads;
    this.#memories = memories;
    this.#races = races;
  }

  /** True if the threads left the innermost loop. */
  run(statements: readonly Statement[]): boolean {
    return statements.some((statement) => this.#one(statement));
  }

  #one(statement: Statement): boolean {
    switch (statement.kind) {
      case "shared":
        this.#memories.set(statement.memory, undefinedContents(statement.memory, statement.length));
        this.#races.declare(statement.memory, statement.length);
        return false;
      case "barrier":
        this.#races.nextPhase();
        return false;
      case "break":
        return this.#same(statement.when) !== 0;
      default:
        if (hasBarrier(statement)) return this.#together(statement);
        for (const thread of this.#threads) thread.run([statement]);
        return false;
    }
  }

  /** Runs a statement with barriers inside it. */
  #together(statement: Statement): boolean {
    switch (statement.kind) {
      case "for": {
        const { index, from, to, step, body } = statement;
        for (let i = this.#same(from); i < this.#same(to); i += step) {
          for (const thread of this.#threads) thread.give(index, [i]);
          if (this.run(body)) break;
        }
        return false;
      }
      case "loop":
        while (!this.run(statement.body));
        return false;
      case "if":
        return this.run(this.#same(statement.condition) === 0 ? statement.whenFalse : statement.whenTrue);
      default:
        throw internal(`a barrier in a statement of kind ${statement.kind}`);
    }
  }

  /** A number that must be the same in all threads, since barriers depend on it. */
  #same(expression: Expression): number {
    const [first, ...others] = this.#threads.map((thread) => Number(thread.value(expression)[0]));
    if (others.some((other) => other !== first)) throw internal("only some threads of a workgroup reach a barrier");
    return first;
  }
}

const hasBarrier = (statement: Statement): boolean =>
  statement.kind === "barrier" || statement.kind === "shared" || statementsIn(statement).some(hasBarrier);

/** What the threads have done to the elements of one memory: who stored last, and who loaded, and when. */
interface Touches {
  readonly storedBy: Int32Array;
  readonly storedAt: Int32Array;
  readonly loadedBy: Int32Array;
  readonly loadedAt: Int32Array;
}

/** In place of a thread's number: several threads have loaded the element. */
const several = -2;

/** Finds elements that two threads touch without a barrier between them. */
class Races {
  readonly #touches = new Map<Memory, Touches>();
  readonly #global: ReadonlySet<Memory>;
  readonly #unwatched: ReadonlySet<Memory>;
  /** Phases are counted over all workgroups; this one began with the phase #first. */
  #phase = 0;
  #first = 0;

  constructor(memories: ReadonlyMap<Memory, Contents>, unwatched: ReadonlySet<Memory>) {
    this.#global = new Set(memories.keys());
    this.#unwatched = unwatched;
    for (const [memory, { length }] of memories) this.declare(memory, length);
  }

  declare(memory: Memory, length: number): void {
    const none = () => new Int32Array(length).fill(-1);
    this.#touches.set(memory, { storedBy: none(), storedAt: none(), loadedBy: none(), loadedAt: none() });
  }

  nextPhase(): void {
    this.#phase++;
  }

  nextWorkgroup(): void {
    this.#phase++;
    this.#first = this.#phase;
  }

  watch(thread: number): Watch {
    return (memory, first, count, use) => {
      const touches = this.#touches.get(memory);
      if (touches === undefined || this.#unwatched.has(memory)) return;
      if (first + count > touches.storedAt.length)
        throw internal(
          `elements ${first} to ${first + count - 1} of ${memory.name}, which has ${touches.storedAt.length}`,
        );
      for (let i = first; i < first + count; i++) this.#touch(memory, touches, i, thread, use);
    };
  }

  #touch(memory: Memory, touches: Touches, i: number, thread: number, use: "load" | "store"): void {
    const { storedBy, storedAt, loadedBy, loadedAt } = touches;
    if (this.#meet(memory, storedBy[i], storedAt[i], thread)) this.#report(memory, i, use, "stores");
    if (use === "load") {
      const isNew = loadedAt[i] !== this.#phase;
      if (isNew) loadedAt[i] = this.#phase;
      loadedBy[i] = isNew || loadedBy[i] === thread ? thread : several;
      return;
    }
    if (this.#meet(memory, loadedBy[i], loadedAt[i], thread)) this.#report(memory, i, use, "loads");
    storedBy[i] = thread;
    storedAt[i] = this.#phase;
  }

  /** Whether another thread touched an element without a barrier in between: none is between workgroups. */
  #meet(memory: Memory, by: number, at: number, thread: number): boolean {
    if (at < 0) return false;
    if (at < this.#first) return this.#global.has(memory);
    return at === this.#phase && by !== thread;
  }

  #report(memory: Memory, i: number, use: "load" | "store", other: "loads" | "stores"): never {
    throw internal(`a race: one thread ${use}s element ${i} of ${memory.name}, and another one ${other} it`);
  }
}
