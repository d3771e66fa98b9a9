// A program that is ready to run: an instance of its module, a table of where its things lie, and the tensors that it keeps. A run
// copies the arguments in and the results out; states are where they belong already. What a call allocates is its results.

import { type Allocation, bytesOf as bytesOfBuffer } from "../../compiler/allocate.ts";
import type { Program } from "../../compiler/backend.ts";
import type { Chapter } from "../../compiler/chapters.ts";
import {
  type Buffer,
  type Indirection,
  type Kernel,
  type KernelProgram,
  type Store,
  writesOf,
} from "../../compiler/kernel.ts";
import { ChainruleError, internal } from "../../errors/error.ts";
import type { DType, TypedArray } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { ArrayStorage, type Storage } from "../../tensor/storage.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type EmittedProgram, mathImports } from "./emit.ts";
import { chaptersOf, reportTimes, type Stages } from "./explain.ts";
import { instructionsOf, type Site } from "./kernel-writer.ts";
import { bytesOf, table } from "./layout.ts";
import { Limit } from "./limit.ts";
import { arena } from "./memory/arena.ts";
import { HomeStorage, homeOf, settle } from "./memory/home.ts";
import { programMemory } from "./memory/memory.ts";
import { type Code, codeOf } from "./module-cache.ts";
import { marksOf, slice } from "./threads/control.ts";
import { poolFor } from "./threads/pool.ts";

/** What stays of a program that nobody can reach any more: its table, which goes back to the heap. */
const remains = new FinalizationRegistry<number>((table) => programMemory.free(table));

/** A thread is not lost before its longest unit has taken so many times what it was estimated to take. */
const slowest = 100;

/** A buffer of the arena or of a state; offset in bytes from the one or the other. */
interface Place {
  readonly home: HomeStorage | null;
  readonly offset: number;
  readonly dtype: DType;
  readonly size: number;
}

interface Update {
  readonly state: Tensor;
  readonly home: HomeStorage;
  /** The first kernel that writes to it. */
  readonly first: number;
}

export class WasmProgram implements Program {
  readonly #stages: Stages;
  readonly #states: readonly Tensor[];
  readonly #homes: readonly HomeStorage[];
  /** The states that the program changes. */
  readonly #updated: readonly Update[];
  /** By argument; null if nothing reads it. */
  readonly #arguments: readonly (Place | null)[];
  readonly #results: readonly Place[];
  readonly #table: number;
  readonly #marks: number;
  readonly bytes: number;
  readonly #code: Code;
  readonly #run: Entry;
  /** Thread 0's part of it, if threads share it. */
  readonly #share: (() => number) | null;
  readonly #steps: readonly Entry[];

  constructor(stages: Stages, states: readonly Tensor[]) {
    const { kernels: program, allocation, emitted } = stages;
    this.#code = codeOf(emitted.bytes);
    // Of equal bytes one copy is kept.
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
    arena.reserve(allocation.bytes + emitted.scratch * (emitted.plan ? emitted.threads : 1), largest(program));
    const words = Math.ceil((table.states + states.length * 4) / 64) * 64;
    this.#table = programMemory.allocate(words + marksBytes(emitted), "the program's table");
    this.#marks = this.#table + words;
    this.bytes = this.#code.bytes.length + words + marksBytes(emitted);
    remains.register(this, this.#table);
    const { int32 } = programMemory.views();
    for (const [i, { address }] of this.#homes.entries()) int32[(this.#table + table.states) / 4 + i] = address;
    const { exports } = new WebAssembly.Instance(this.#code.module, {
      env: { memory: programMemory.memory },
      math: mathImports,
    });
    this.#run = entry(exports, "run");
    const share = emitted.plan && entry(exports, "share");
    this.#share = share && (() => share(this.#table, 0, emitted.threads));
    this.#steps = emitted.steps.map((_, i) => entry(exports, `step${i}`));
  }

  run(args: readonly Tensor[]): readonly Storage[] {
    this.#begin(args);
    try {
      if (!this.#runTogether()) this.#run(this.#table);
      else this.#blameFirst();
    } catch (error) {
      this.#spoil(this.#steps.length);
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
      for (let i = 0; i < this.#steps.length; i++) times.push(this.#time(i));
    } catch (error) {
      this.#spoil(this.#steps.length);
      throw error;
    }
    const results = this.#end();
    limit.measure();
    return { results, report: reportTimes(this.#stages, times, limit.speed) };
  }

  /** Runs one kernel, unless one before it failed, and gives its time in milliseconds. */
  #time(step: number): number {
    const { int32 } = programMemory.views();
    const scratch = int32[(this.#table + table.scratch) / 4];
    const start = performance.now();
    if (int32[(this.#table + table.failure) / 4] === 0)
      this.#steps[step](this.#table, scratch, 0, this.#stages.emitted.steps[step].units);
    return performance.now() - start;
  }

  chapters(): readonly Chapter[] {
    return chaptersOf(
      this.#stages,
      this.#homes.map(({ bytes }) => bytes),
    );
  }

  /** With those workers that know the program; false if there are none, and nothing was done. */
  #runTogether(): boolean {
    const { threads, plan } = this.#stages.emitted;
    if (plan === null || this.#share === null) return false;
    const pool = poolFor(threads);
    const registered = this.#code.knownTo(pool);
    if (registered === null) return false;
    const { int32 } = programMemory.views();
    int32[(this.#table + table.control) / 4] = pool.block;
    int32[(this.#table + table.marks) / 4] = this.#marks;
    int32.fill(0, this.#marks / 4, this.#marks / 4 + (plan.stages.length * marksOf(threads)) / 4);
    const patience = Math.ceil((slowest * plan.longest) / (1e6 * slice));
    return pool.run({ id: registered.id, table: this.#table, threads, patience, main: this.#share });
  }

  /** Of several threads any may have been the first to fail: one alone finds the same index each time. What the step reads is unchanged. */
  #blameFirst(): void {
    const { int32 } = programMemory.views();
    const failure = int32[(this.#table + table.failure) / 4];
    if (failure === 0) return;
    int32[(this.#table + table.failure) / 4] = 0;
    const { stepOfSite, steps } = this.#stages.emitted;
    const step = stepOfSite[failure - 1];
    this.#steps[step](this.#table, int32[(this.#table + table.scratch) / 4], 0, steps[step].units);
  }

  /** Brings states and arguments to where the program expects them. */
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
      } else views[place.dtype].set(storage.data, to / bytesOf(place.dtype));
    }
  }

  /** Tells the states of their new contents and takes the results. */
  #end(): readonly Storage[] {
    const { int32 } = programMemory.views();
    const failure = int32[(this.#table + table.failure) / 4];
    if (failure !== 0) {
      const { call, size } = this.#stages.emitted.sites[failure - 1];
      const index = int32[(this.#table + table.value) / 4];
      this.#spoil(lastDecided(this.#stages.kernels, call, size) + 1);
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
  /** The program stopped within its first so many kernels: the states that they change may be half new. */
  #spoil(kernels: number): void {
    for (const { home, first } of this.#updated) if (first < kernels) home.spoil();
  }
}

/** The states that kernels write to, and which is the first to do so. */
function updatesOf({ kernels }: KernelProgram): { readonly index: number; readonly first: number }[] {
  const firsts = new Map<number, number>();
  for (const [at, kernel] of kernels.entries()) {
    for (const { buffer } of writesOf(kernel))
      if (buffer.kind === "state" && !firsts.has(buffer.index)) firsts.set(buffer.index, at);
  }
  return [...firsts].map(([index, first]) => ({ index, first }));
}

/** The last kernel that a call with an index below size may have stopped in: no kernel after it has run. */
function lastDecided({ kernels }: KernelProgram, call: Site["call"], size: number): number {
  const decides = ({ indirection }: { readonly indirection?: Indirection }) => indirection?.size === size;
  return kernels.findLastIndex((kernel) => {
    const [instructions, stores] = [instructionsOf(kernel), storesOf(kernel)];
    return call === "gather" ? instructions.some((one) => one.kind === "load" && decides(one)) : stores.some(decides);
  });
}

function storesOf(kernel: Kernel): readonly Store[] {
  if (kernel.kind === "scan" || kernel.kind === "topk") return [];
  return kernel.kind === "loops" ? [...kernel.stores, ...kernel.epilogue.stores] : kernel.epilogue.stores;
}

function placeOf(buffer: Buffer, { offsets }: Allocation, homes: readonly HomeStorage[]): Place {
  if (buffer.order.some((axis, i) => axis !== i))
    throw internal(`${buffer.name} is seen from outside, but its axes lie in the order ${buffer.order}`);
  const { dtype, shape } = buffer;
  const size = sizeOf(shape);
  if (buffer.kind === "state") return { home: homes[buffer.index], offset: 0, dtype, size };
  const offset = offsets.get(buffer);
  if (offset === undefined) throw internal(`${buffer.name} has no place in the arena`);
  return { home: null, offset, dtype, size };
}

/** The three largest buffers of the arena. */
const largest = ({ buffers }: KernelProgram): Buffer[] =>
  buffers
    .filter(({ kind }) => kind !== "state")
    .toSorted((a, b) => bytesOfBuffer(b) - bytesOfBuffer(a))
    .slice(0, 3);

const marksBytes = ({ plan, threads }: EmittedProgram): number =>
  plan === null ? 0 : plan.stages.length * marksOf(threads);

export type Entry = (...words: number[]) => number;

export function entry(exports: WebAssembly.Exports, name: string): Entry {
  const callee = exports[name];
  if (typeof callee !== "function") throw internal(`the module exports no function ${name}`);
  return callee as Entry;
}
