// The memory of a device: arrays, which are freed once nothing refers to them, and the memories of temporaries, which all programs share,
// since the device runs one program after the other.
import type { ChainruleError } from "../../errors/error.ts";
import { type GpuBuffer, type GpuDevice, usage } from "./gpu.ts";

/** Memory of a device. */
export class GpuArray {
  readonly buffer: GpuBuffer;
  /** Why its contents are undefined; null if they are not. */
  fault: ChainruleError | null = null;

  constructor(buffer: GpuBuffer) {
    this.buffer = buffer;
  }
  get bytes(): number {
    return this.buffer.size;
  }
}

/** The most bytes of freed arrays that are kept for new ones of the same size. */
const spareLimit = 2 ** 28;
/** A temporary takes no memory that is more than so many times as large as it needs. */
const maxWaste = 4;
/** From this size on, an array is reported to the collector of JavaScript, which sees no memory of a device. */
const reportedBytes = 2 ** 16;

export class DeviceMemory {
  readonly #device: GpuDevice;
  readonly #spare = new Map<number, GpuBuffer[]>();
  #spareBytes = 0;
  #bytes = 0;
  readonly #temporaries: WeakRef<GpuArray>[] = [];
  readonly #collected = new FinalizationRegistry<GpuBuffer>((buffer) => this.#release(buffer));
  readonly #reports = new WeakMap<GpuArray, ArrayBuffer>();

  constructor(device: GpuDevice) {
    this.#device = device;
  }

  /** Bytes of all arrays, and of what is kept for new ones. */
  get bytes(): number {
    return this.#bytes;
  }

  /** An array with undefined contents; it is freed when nothing refers to it any longer. */
  array(bytes: number): GpuArray {
    const array = new GpuArray(this.#take(bytes));
    this.#collected.register(array, array.buffer);
    // The pages of this buffer are never touched, so it costs no memory. But the collector counts it, and runs before the device's is full.
    if (bytes >= reportedBytes) this.#reports.set(array, new ArrayBuffer(bytes));
    return array;
  }

  /**
   * Memories for temporaries of these sizes. Other programs may have the same ones: they hold nothing between runs. Each size, from the
   * largest on, gets the smallest memory that is large enough and not much too large.
   */
  temporaries(sizes: readonly number[]): GpuArray[] {
    const free = new Set(this.#temporaries.flatMap((reference) => reference.deref() ?? []));
    const taken = new Map<number, GpuArray>();
    for (const [i, bytes] of [...sizes.entries()].sort(([, a], [, b]) => b - a)) {
      const fits = [...free].filter((array) => array.bytes >= bytes && array.bytes <= bytes * maxWaste);
      const array = fits.sort((a, b) => a.bytes - b.bytes)[0] ?? this.#temporary(bytes);
      free.delete(array);
      taken.set(i, array);
    }
    return sizes.flatMap((_, i) => taken.get(i) ?? []);
  }

  #temporary(bytes: number): GpuArray {
    const array = this.array(bytes);
    this.#temporaries.push(new WeakRef(array));
    return array;
  }

  #take(bytes: number): GpuBuffer {
    const spare = this.#spare.get(bytes)?.pop();
    if (spare !== undefined) {
      this.#spareBytes -= bytes;
      return spare;
    }
    this.#bytes += bytes;
    const { storage, copySource, copyTarget } = usage;
    return this.#device.createBuffer({ size: bytes, usage: storage | copySource | copyTarget });
  }

  #release(buffer: GpuBuffer): void {
    const bytes = buffer.size;
    if (this.#spareBytes + bytes > spareLimit) {
      this.#bytes -= bytes;
      buffer.destroy();
      return;
    }
    this.#spareBytes += bytes;
    const others = this.#spare.get(bytes);
    if (others === undefined) this.#spare.set(bytes, [buffer]);
    else others.push(buffer);
  }
}
