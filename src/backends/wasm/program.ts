// A program that is ready to run: an instance of its module, its table of addresses (layout.ts), and the tensors that are its states. A run
// copies the arguments into the arena and the results out of it; states stay in their homes. A call allocates nothing but its results.

import type { Program } from "../../compiler/backend.ts";
import type { Chapter } from "../../compiler/chapters.ts";
import type { Buffer, Indirection, KernelProgram } from "../../compiler/kernel.ts";
import { instructionsOf, storesOf, writesOf } from "../../compiler/kernel-accesses.ts";
import { visitSteps } from "../../compiler/repeats.ts";
import { ChainruleError, internal } from "../../errors/error.ts";
import { type Allocation, bytesOfBuffer } from "../../schedule/allocate.ts";
import { contentsFor } from "../../tensor/device.ts";
import type { DType, TypedArray } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { ArrayStorage, type Storage } from "../../tensor/storage.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type EmittedProgram, mathImports } from "./emit.ts";
import { chaptersOf, type Stages } from "./explain.ts";
import type { Site } from "./kernel-context.ts";
import { bytesOf, placeWord, table } from "./layout.ts";
import { Limit } from "./limit.ts";
import { arena } from "./memory/arena.ts";
import { HomeStorage, homeOf, settle } from "./memory/home.ts";
import { programMemory } from "./memory/memory.ts";
import { type Code, codeOf } from "./module-cache.ts";
import { reportTimes } from "./profile.ts";
import { marksOf, sliceMs } from "./threads/control.ts";
import { defaultWaiting, poolFor, type Waiting } from "./threads/pool.ts";

/** Frees the tables of programs that were collected. */
const tables = new FinalizationRegistry<number>((table) => programMemory.free(table));

/** A thread counts as lost only after this many times the estimated time of the longest unit. */
const maxSlowdown = 100;

/** A buffer; `offset` is in bytes, from the arena's address or, for a state, from its home's. */
interface Place {
  readonly home: HomeStorage | null;
  readonly offset: number;
  readonly dtype: DType;
  readonly size: number;
}

/** A state that the program changes. */
interface Update {
  readonly state: Tensor;
  readonly home: HomeStorage;
  /** The first kernel that writes to it. */
  readonly first: number;
}

/** A compiled program. */
export class WasmProgram implements Program {
  readonly #stages: Stages;
  readonly #states: readonly Tensor[];
  readonly #homes: readonly HomeStorage[];
  /** The states that the program changes. */
  readonly #updated: readonly Update[];
  /** The place of each argument; null if no kernel reads it. */
  readonly #arguments: readonly (Place | null)[];
  readonly #results: readonly Place[];
  readonly #table: number;
  readonly #marks: number;
  readonly bytes: number;
  readonly #code: Code;
  readonly #run: Entry;
  /** Runs the calling thread's part of the program; null if threads do not share it. */
  readonly #share: (() => number) | null;
  readonly #steps: readonly Entry[];
  readonly #waiting: Waiting;

  constructor(stages: Stages, states: readonly Tensor[], waiting: Waiting = defaultWaiting) {
    this.#waiting = waiting;
    const { kernels: program, allocation, emitted } = stages;
    this.#code = codeOf(emitted.bytes);
    // Programs with equal bytes keep one copy of them.
    this.#stages = { ...stages, emitted: { ...emitted, bytes: this.#code.bytes } };
    this.#states = states;
    this.#homes = states.map(homeOf);
    this.#updated = updatesOf(program).map(({ index, first }) => ({
      state: states[index],
      home: this.#homes[index],
      first,
    }));
    const place = (buffer: Buffer): Place => placeOf(buffer, allocation, this.#homes);
    const args: (Place | null)[] = [];
    for (const buffer of program.buffers) {
      if (buffer.kind === "argument") args[buffer.index] = allocation.offsets.has(buffer) ? place(buffer) : null;
    }
    this.#arguments = Array.from(args, (argument) => argument ?? null);
    this.#results = program.results.map(place);
    arena.reserve(allocation.bytes + emitted.scratch * (emitted.plan ? emitted.threads : 1), largestBuffers(program));
    const words = states.length + (program.repeats ?? []).length;
    const tableBytes = Math.ceil((table.states + words * 4) / 64) * 64;
    this.#table = programMemory.allocate(tableBytes + marksBytes(emitted), "the program's table");
    this.#marks = this.#table + tableBytes;
    this.bytes = this.#code.bytes.length + tableBytes + marksBytes(emitted);
    tables.register(this, this.#table);
    const { int32 } = programMemory.views();
    for (const [i, { address }] of this.#homes.entries()) int32[(this.#table + table.states) / 4 + i] = address;
    const { exports } = new WebAssembly.Instance(this.#code.module, {
      env: { memory: programMemory.memory },
      math: mathImports,
    });
    this.#run = entry(exports, "run");
    const share = emitted.plan && entry(exports, "share");
    this.#share = share && (() => share(this.#table, 0, emitted.threads));
    this.#steps = program.schedules.map((_, i) => entry(exports, `step${i}`));
  }

  run(args: readonly Tensor[]): readonly Storage[] {
    this.#begin(args);
    try {
      if (!this.#runWithWorkers()) this.#run(this.#table);
      else this.#findFirstFailure();
    } catch (error) {
      this.#invalidate(this.#steps.length);
      throw error;
    }
    return this.#end();
  }

  profile(args: readonly Tensor[]): { readonly results: readonly Storage[]; readonly report: string } {
    const limit = new Limit(this.#stages.relaxed ?? false);
    limit.measure();
    this.#begin(args);
    const times: number[] = [];
    try {
      for (let i = 0; i < this.#steps.length; i++) times.push(0);
      visitSteps(this.#stages.kernels, {
        kernel: (at) => {
          times[at] += this.#time(at);
        },
        begin: (loop, place) => {
          programMemory.views().int32[(this.#table + placeWord(this.#states.length, loop)) / 4] = place;
        },
      });
    } catch (error) {
      this.#invalidate(this.#steps.length);
      throw error;
    }
    const results = this.#end();
    limit.measure();
    return { results, report: reportTimes(this.#stages, times, limit.speed) };
  }

  /** Runs one kernel, unless an earlier one failed, and returns its time in milliseconds. */
  #time(step: number): number {
    const { int32 } = programMemory.views();
    const scratch = int32[(this.#table + table.scratch) / 4];
    const start = performance.now();
    if (int32[(this.#table + table.failure) / 4] === 0)
      this.#steps[step](this.#table, scratch, 0, this.#stages.kernels.schedules[step].units);
    return performance.now() - start;
  }

  chapters(): readonly Chapter[] {
    return chaptersOf(
      this.#stages,
      this.#homes.map(({ bytes }) => bytes),
    );
  }

  /** Runs the program with the workers that have loaded it. Returns false, and does nothing, if there are none. */
  #runWithWorkers(): boolean {
    const { threads, plan } = this.#stages.emitted;
    if (plan === null || this.#share === null) return false;
    const pool = poolFor(threads);
    const registered = this.#code.registerWith(pool, this.#waiting);
    if (registered === null) return false;
    const { int32 } = programMemory.views();
    int32[(this.#table + table.control) / 4] = pool.block;
    int32[(this.#table + table.marks) / 4] = this.#marks;
    int32.fill(0, this.#marks / 4, this.#marks / 4 + (plan.stages.length * marksOf(threads)) / 4);
    const patience = Math.ceil((maxSlowdown * plan.longestUnitNs) / (1e6 * sliceMs));
    const run = { id: registered.id, table: this.#table, threads, main: this.#share };
    return pool.run({ ...run, waiting: this.#waiting, patience });
  }

  /**
   * After a failure with several threads, runs the step that failed again on one thread: any thread may have reported its index first,
   * but one thread always reports the same index. The step's inputs are unchanged.
   */
  #findFirstFailure(): void {
    const { int32 } = programMemory.views();
    const failure = int32[(this.#table + table.failure) / 4];
    if (failure === 0) return;
    int32[(this.#table + table.failure) / 4] = 0;
    const { kernels, emitted } = this.#stages;
    const step = emitted.stepOfSite[failure - 1];
    this.#steps[step](this.#table, int32[(this.#table + table.scratch) / 4], 0, kernels.schedules[step].units);
  }

  /** Prepares a run: settles the states, and copies the arguments into the arena. */
  #begin(args: readonly Tensor[]): void {
    for (let i = 0; i < this.#states.length; i++) settle(this.#states[i], this.#homes[i]);
    const views = programMemory.views();
    const base = arena.address;
    views.int32[(this.#table + table.arena) / 4] = base;
    views.int32[(this.#table + table.scratch) / 4] = base + this.#stages.allocation.bytes;
    views.int32[(this.#table + table.failure) / 4] = 0;
    for (let i = 0; i < this.#arguments.length; i++) {
      const place = this.#arguments[i];
      if (place === null) continue;
      const { storage } = args[i];
      const to = base + place.offset;
      if (storage instanceof HomeStorage) {
        storage.check();
        views.uint8.copyWithin(to, storage.address, storage.address + storage.bytes);
      } else views[place.dtype].set(contentsFor("compile", args[i]), to / bytesOf(place.dtype));
    }
  }

  /** Ends a run: throws if an index was out of range; otherwise marks the states as changed and copies the results. */
  #end(): readonly Storage[] {
    const { int32 } = programMemory.views();
    const failure = int32[(this.#table + table.failure) / 4];
    if (failure !== 0) {
      const { call, size } = this.#stages.emitted.sites[failure - 1];
      const index = int32[(this.#table + table.value) / 4];
      this.#invalidate(lastWithSite(this.#stages.kernels, call, size) + 1);
      throw new ChainruleError("index", call, `index ${index} is outside of 0 to ${size - 1}`, { index, size });
    }
    for (let i = 0; i < this.#updated.length; i++) {
      const { state, home } = this.#updated[i];
      home.changed();
      state.replaceStorage(home);
    }
    const results: Storage[] = [];
    for (let i = 0; i < this.#results.length; i++) results.push(new ArrayStorage(this.#take(this.#results[i])));
    return results;
  }

  #take({ home, offset, dtype, size }: Place): TypedArray {
    const first = ((home === null ? arena.address : home.address) + offset) / bytesOf(dtype);
    return programMemory.views()[dtype].slice(first, first + size);
  }
  /** Invalidates the states that the first `kernels` kernels write, because the program stopped in one of these kernels. */
  #invalidate(kernels: number): void {
    for (const { home, first } of this.#updated) if (first < kernels) home.invalidate();
  }
}

/** The indices of the states that kernels write to, each with the first kernel that does. */
function updatesOf({ kernels }: KernelProgram): { readonly index: number; readonly first: number }[] {
  const firsts = new Map<number, number>();
  for (const [at, kernel] of kernels.entries()) {
    for (const { buffer } of writesOf(kernel))
      if (buffer.kind === "state" && !firsts.has(buffer.index)) firsts.set(buffer.index, at);
  }
  return [...firsts].map(([index, first]) => ({ index, first }));
}

/** The last kernel that has this site, so that no kernel after it has run if the site failed. */
function lastWithSite({ kernels }: KernelProgram, call: Site["call"], size: number): number {
  const hasSite = ({ indirection }: { readonly indirection?: Indirection }) => indirection?.size === size;
  return kernels.findLastIndex((kernel) => {
    const [instructions, stores] = [instructionsOf(kernel), storesOf(kernel)];
    return call === "gather"
      ? instructions.some((instruction) => instruction.kind === "load" && hasSite(instruction))
      : stores.some(hasSite);
  });
}

function placeOf(buffer: Buffer, { offsets }: Allocation, homes: readonly HomeStorage[]): Place {
  const { dtype, shape } = buffer;
  const size = sizeOf(shape);
  if (buffer.kind === "state") return { home: homes[buffer.index], offset: 0, dtype, size };
  const offset = offsets.get(buffer);
  if (offset === undefined) throw internal(`${buffer.name} has no offset in the arena`);
  return { home: null, offset, dtype, size };
}

/** The three largest buffers of the arena, for error messages. */
const largestBuffers = ({ buffers }: KernelProgram): Buffer[] =>
  buffers
    .filter(({ kind }) => kind === "argument" || kind === "temporary")
    .toSorted((a, b) => bytesOfBuffer(b) - bytesOfBuffer(a))
    .slice(0, 3);

const marksBytes = ({ plan, threads }: EmittedProgram): number =>
  plan === null ? 0 : plan.stages.length * marksOf(threads);

/** An exported function. */
export type Entry = (...words: number[]) => number;

/** The exported function of this name. */
export function entry(exports: WebAssembly.Exports, name: string): Entry {
  const callee = Object.hasOwn(exports, name) ? exports[name] : undefined;
  if (typeof callee !== "function") throw internal(`the module exports no function ${name}`);
  return callee as Entry;
}
