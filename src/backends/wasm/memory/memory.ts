// The one WebAssembly memory of all programs: it holds states, tables and the arena. It is created on first use, with as much address space
// as the engine grants (address space costs nothing until it is used), and grows on demand. heap.ts records which addresses are in use.
import { ChainruleError, internal } from "../../../errors/error.ts";
import { describe, type Type } from "../../../tensor/dtype.ts";
import type { Memory as Limits } from "../assembler/assembler.ts";
import { whyAlone } from "../surroundings.ts";
import { Heap } from "./heap.ts";

const page = 64 * 1024;
const gib = 2 ** 30;
/** Maximum sizes to try, in pages: 4, 2, 1, ½, ¼ GiB. */
const maximumPages = [65536, 32768, 16384, 8192, 4096];
const initialPages = 16;
/** The first address that is allocated: address 0 stands for no address. */
const firstAddress = 1024;
/** End of the addresses that are allocated: the last page of 4 GiB stays unused, because tile.ts compares pointers with its addresses. */
const endAddress = 4 * gib - page;
/** Bytes after each block that are readable as well, because kernels read whole vectors. */
const marginBytes = 16;

/** The memory as typed arrays, which are valid until it grows. */
export interface Views {
  readonly buffer: ArrayBufferLike;
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly int32: Int32Array;
  readonly uint8: Uint8Array;
  /** One byte each, 0 or 1. */
  readonly bool: Uint8Array;
}

/** Creates a memory; tests pass their own. */
type MakeMemory = (limits: Limits) => WebAssembly.Memory;

/** A memory with its allocator. */
export class ProgramMemory {
  readonly #heap = new Heap(firstAddress);
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

  /** The memory that modules import. */
  get memory(): WebAssembly.Memory {
    return this.#get().memory;
  }
  /** The limits that modules declare for the import. */
  get limits(): Limits {
    return this.#get().limits;
  }
  /** Bytes in use. */
  get used(): number {
    return this.#heap.used;
  }

  /** Typed arrays over the whole memory. Allocations may grow the memory, after which this has to be called again. */
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
   * Allocates a block and returns its address, a multiple of 64; the 16 bytes after the block are readable. The contents are undefined.
   * Throws a ChainruleError "memory" if there is not enough memory: its message says that `what` needs the bytes and lists `parts`, the
   * largest tensors of the block.
   */
  allocate(bytes: number, what: string, parts: readonly Type[] = []): number {
    const { memory, limits } = this.#get();
    const limit = Math.min(limits.maximum * page, endAddress);
    const refuse = (reason: string): never => {
      const inUse = this.used > 0 ? `, of which ${gibibytes(this.used)} are in use` : "";
      const tensors = parts.map(describe).join(", ");
      const cure = parts.length > 0 ? `; the largest tensors are ${tensors}: use smaller batches` : "";
      throw new ChainruleError("memory", "compile", `${what} needs ${gibibytes(bytes)}, but ${reason}${inUse}${cure}`);
    };
    const address = this.#heap.allocate(bytes + marginBytes, limit);
    if (address === null) return refuse(`WebAssembly's memory is limited to ${gibibytes(limits.maximum * page)}`);
    if (!grow(memory, this.#heap.end, limit)) {
      const size = memory.buffer.byteLength;
      this.#heap.free(address);
      return refuse(`the system grants no more than ${gibibytes(size)}`);
    }
    return address;
  }

  /** Frees the block at an address. */
  free(address: number): void {
    this.#heap.free(address);
  }

  #get(): { readonly memory: WebAssembly.Memory; readonly limits: Limits } {
    this.#made ??= create(this.#make, this.#shared());
    return this.#made;
  }
}

/** Creates the largest memory that the engine grants. Throws a ChainruleError "memory" if it refuses the smallest one, too. */
function create(make: MakeMemory, shared: boolean): { readonly memory: WebAssembly.Memory; readonly limits: Limits } {
  for (const [i, maximum] of maximumPages.entries()) {
    const limits = { initial: initialPages, maximum, shared };
    try {
      return { memory: make(limits), limits };
    } catch (error) {
      if (i === maximumPages.length - 1)
        throw new ChainruleError(
          "memory",
          "compile",
          `this engine grants WebAssembly less than ${gibibytes(maximum * page)} of memory; free memory or use { backend: "reference" }`,
          {},
          { cause: error },
        );
    }
  }
  throw internal("no sizes of memory to try");
}

/**
 * Grows the memory so that addresses below `end` are readable, by at least a quarter of its size if the system grants that, so that it
 * grows rarely. Returns false if the system refuses.
 */
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

/** The memory of all programs; it is shared with worker threads if there can be any. */
export const programMemory: ProgramMemory = new ProgramMemory({ shared: () => whyAlone() === null });
