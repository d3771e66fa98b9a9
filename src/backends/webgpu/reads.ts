// Reads arrays of a device. All that is asked for before the caller waits is copied to one staging buffer by one submit; the tables of failures of the
// programs that ran come along.
import type { ChainruleError } from "../../errors/error.ts";
import type { FailureTable } from "./failures.ts";
import { type GpuBuffer, type GpuCommandEncoder, type GpuDevice, mapRead, usage } from "./gpu.ts";
import { type Line, readyWork } from "./line.ts";
import type { GpuArray } from "./memory.ts";

interface Request {
  readonly array: GpuArray;
  readonly resolve: (words: ArrayBuffer) => void;
  readonly reject: (error: unknown) => void;
}

/** The most staging buffers that are kept for later reads. */
const maxSpare = 8;

export class Reads {
  readonly #device: GpuDevice;
  readonly #line: Line;
  /** Why the device gives nothing any longer, asked when it did not. */
  readonly #reason: (error: unknown) => Promise<ChainruleError>;
  #requests: Request[] = [];
  readonly #tables = new Set<FailureTable>();
  readonly #spare: GpuBuffer[] = [];

  constructor(device: GpuDevice, line: Line, reason: (error: unknown) => Promise<ChainruleError>) {
    this.#device = device;
    this.#line = line;
    this.#reason = reason;
  }

  /** Reads an array as it is after all work that was asked for until now. Rejects with the array's fault if it has one. */
  read(array: GpuArray): Promise<ArrayBuffer> {
    return new Promise((resolve, reject) => {
      if (this.#requests.push({ array, resolve, reject }) === 1) queueMicrotask(() => this.flush());
    });
  }

  /** Asks for the reads that were collected. Has to be called before other work is asked for. */
  flush(): void {
    const requests = this.#requests;
    if (requests.length === 0) return;
    this.#requests = [];
    this.#line.add(readyWork(() => void this.#copy(requests)));
  }

  /** The next read looks into this table. */
  watch(table: FailureTable): void {
    this.#tables.add(table);
  }

  async #copy(all: readonly Request[]): Promise<void> {
    const requests = all.filter(({ array: { fault }, reject }) => fault === null || reject(fault));
    if (requests.length === 0) return;
    const tables = [...this.#tables];
    this.#tables.clear();
    const made = tables.map((table) => table.taken());
    const arrays = [...requests.map(({ array }) => array), ...tables.map(({ array }) => array)];
    try {
      const words = await this.#bring(arrays);
      const errors = tables.map((table, i) => table.errorIn(new Int32Array(words[requests.length + i])));
      for (const [i, error] of errors.entries()) if (error !== null) this.#fail(tables[i], made[i], error);
      const failed = errors.find((error) => error !== null);
      for (const [i, { resolve, reject }] of requests.entries())
        if (failed) reject(failed);
        else resolve(words[i]);
    } catch (error) {
      const reason = await this.#reason(error);
      for (const { reject } of requests) reject(reason);
    }
  }

  /** Copies of arrays, by one submit. */
  async #bring(arrays: readonly GpuArray[]): Promise<ArrayBuffer[]> {
    let bytes = 0;
    const offsets = arrays.map((array) => {
      const offset = bytes;
      bytes += array.bytes;
      return offset;
    });
    const staging = this.#staging(bytes);
    const encoder: GpuCommandEncoder = this.#device.createCommandEncoder();
    for (const [i, { buffer }] of arrays.entries())
      encoder.copyBufferToBuffer(buffer, 0, staging, offsets[i], buffer.size);
    this.#device.queue.submit([encoder.finish()]);
    await staging.mapAsync(mapRead, 0, bytes);
    const mapped = staging.getMappedRange(0, bytes);
    const copies = arrays.map((array, i) => mapped.slice(offsets[i], offsets[i] + array.bytes));
    staging.unmap();
    if (this.#spare.length < maxSpare) this.#spare.push(staging);
    else staging.destroy();
    return copies;
  }

  /** A staging buffer: one that is kept if it is large enough, and not much too large. */
  #staging(bytes: number): GpuBuffer {
    const at = this.#spare.findIndex(({ size }) => size >= bytes && size <= 4 * Math.max(bytes, 4096));
    if (at >= 0) return this.#spare.splice(at, 1)[0];
    const size = Math.max(bytes, 4096);
    return this.#device.createBuffer({ size, usage: usage.mapRead | usage.copyTarget });
  }

  /** What the program made since the last read is undefined, and its table is empty again. */
  #fail(table: FailureTable, made: readonly WeakRef<GpuArray>[], error: ChainruleError): void {
    for (const reference of [...made, ...table.taken()]) {
      const array = reference.deref();
      if (array !== undefined) array.fault = error;
    }
    this.#line.add(readyWork(() => table.clear(this.#device)));
  }
}
