// The one memory of all programs: states, tables and the arena lie in it, wherever a tensor or a program wants them to stay. It
// is made when it is first needed, as large in address space as the engine allows (which costs nothing until it is used), and
// grows by need. heap.ts keeps its books.
import { ChainruleError, internal } from "../../../errors/error.ts";
import { describe, type Type } from "../../../tensor/dtype.ts";
import type { Memory as Limits } from "../assembler/assembler.ts";
import { whyAlone } from "../threads/surroundings.ts";
import { Heap } from "./heap.ts";

const page = 64 * 1024;
const gib = 2 ** 30;
/** In pages: 4, 2, 1, ½, ¼ GiB. */
const maxima = [65536, 32768, 16384, 8192, 4096];
const initial = 16;
/** Nothing lies at address 0, which looks like none. */
const start = 1024;
/** No program reads or writes in the last page of 4 GiB: tile.ts compares its addresses with those there. */
const last = 4 * gib - page;
/** Blocks are read by whole vectors: so many bytes after the last one asked for may be read as well. */
const margin = 16;

/** The memory as numbers: valid until it grows. */
export interface Views {
  readonly buffer: ArrayBufferLike;
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly int32: Int32Array;
  readonly uint8: Uint8Array;
  /** One byte each, 0 or 1. */
  readonly bool: Uint8Array;
}

type MakeMemory = (limits: Limits) => WebAssembly.Memory;

export class ProgramMemory {
  readonly #heap = new Heap(start);
  readonly #make: MakeMemory;
  readonly #shared: () => boolean;
  #made: { readonly memory: WebAssembly.Memory; readonly limits: Limits } | null = null;
  #views: Views | null = null;

  constructor({
    shared = () => false,
    make = (limits) => new WebAssembly.Memory(limits),
  }: {
    readonly shared?: () => boolean;
    readonly make?: MakeMemory;
  } = {}) {
    this.#shared = shared;
    this.#make = make;
  }

  /** What modules import. */
  get memory(): WebAssembly.Memory {
    return this.#get().memory;
  }
  /** What modules say of their import. */
  get limits(): Limits {
    return this.#get().limits;
  }
  /** Bytes in use. */
  get used(): number {
    return this.#heap.used;
  }

  /** To be asked for again after anything was allocated. */
  views(): Views {
    const { buffer } = this.#get().memory;
    if (this.#views === null || this.#views.buffer !== buffer) {
      const uint8 = new Uint8Array(buffer);
      this.#views = {
        buffer,
        float32: new Float32Array(buffer),
        float64: new Float64Array(buffer),
        int32: new Int32Array(buffer),
        uint8,
        bool: uint8,
      };
    }
    return this.#views;
  }

  /**
   * The address of a new block, a multiple of 64; 16 bytes after it may be read. It holds whatever was there before. An error
   * says that `what` needs the bytes, and names the largest of what it consists of.
   */
  allocate(bytes: number, what: string, parts: readonly Type[] = []): number {
    const { memory, limits } = this.#get();
    const limit = Math.min(limits.maximum * page, last);
    const refuse = (reason: string): never => {
      const inUse = this.used > 0 ? ` and ${gibibytes(this.used)} are in use` : "";
      const largest = parts.length > 0 ? `; the largest are ${parts.map(describe).join(", ")}` : "";
      throw new ChainruleError("memory", "compile", `${what} needs ${gibibytes(bytes)}, ${reason}${inUse}${largest}`);
    };
    const address = this.#heap.allocate(bytes + margin, limit);
    if (address === null) return refuse(`WebAssembly's memory ends at ${gibibytes(limits.maximum * page)}`);
    if (!grow(memory, this.#heap.end, limit)) {
      const size = memory.buffer.byteLength;
      this.#heap.free(address);
      return refuse(`the system gave no more than ${gibibytes(size)}`);
    }
    return address;
  }

  free(address: number): void {
    this.#heap.free(address);
  }

  #get(): { readonly memory: WebAssembly.Memory; readonly limits: Limits } {
    this.#made ??= create(this.#make, this.#shared());
    return this.#made;
  }
}

/** The largest memory that the engine grants; the last attempt's error is the caller's. */
function create(make: MakeMemory, shared: boolean): { readonly memory: WebAssembly.Memory; readonly limits: Limits } {
  for (const [i, maximum] of maxima.entries()) {
    const limits = { initial, maximum, shared };
    try {
      return { memory: make(limits), limits };
    } catch (error) {
      if (i === maxima.length - 1)
        throw new ChainruleError(
          "memory",
          "compile",
          `this engine grants no memory of ${gibibytes(maximum * page)} to WebAssembly`,
          {},
          {
            cause: error,
          },
        );
    }
  }
  throw internal("no sizes of memory to try");
}

/** Makes addresses below `end` readable; a quarter more than the memory has if that can be had, so that growing stays rare. */
function grow(memory: WebAssembly.Memory, end: number, limit: number): boolean {
  const size = memory.buffer.byteLength;
  const needed = Math.ceil((end - size) / page);
  if (needed <= 0) return true;
  const generous = Math.min(Math.max(needed, Math.ceil(size / page / 4)), Math.floor((limit - size) / page));
  for (const pages of [generous, needed]) {
    try {
      memory.grow(pages);
      return true;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return false;
}

/** "5.2 GiB", "300 MiB" */
function gibibytes(bytes: number): string {
  const digits = (value: number) => Number(value.toPrecision(3));
  return bytes >= gib / 2 ? `${digits(bytes / gib)} GiB` : `${digits(bytes / 2 ** 20)} MiB`;
}

/** The one that programs use, shared with other threads where there are any. */
export const programMemory: ProgramMemory = new ProgramMemory({ shared: () => whyAlone() === null });
