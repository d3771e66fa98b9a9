// Indices out of range. A kernel cannot stop a GPU, so it writes the index into the program's table of failures, which comes with the next
// read of any tensor: that read throws what the call would have thrown, and everything that the program made since the last read is undefined.
import { ChainruleError } from "../../errors/error.ts";
import { type FailureSite, failureWords, wordBytes } from "../../schedule/gpu/dispatch.ts";
import type { GpuDevice } from "./gpu.ts";
import type { DeviceMemory, GpuArray } from "./memory.ts";
import { bytesOfWords } from "./words.ts";

/** The table of failures of a program. */
export class FailureTable {
  readonly sites: readonly FailureSite[];
  readonly array: GpuArray;
  /** What the program made since the table was last read. */
  #made: WeakRef<GpuArray>[] = [];

  constructor(memory: DeviceMemory, sites: readonly FailureSite[]) {
    this.sites = sites;
    this.array = memory.array(bytesOfWords(sites.length * failureWords));
  }

  /** Empties the table on the device. */
  clear(device: GpuDevice): void {
    device.queue.writeBuffer(this.array.buffer, 0, new Int32Array(this.array.bytes / wordBytes));
  }

  /** Notes arrays that a run makes. */
  makes(arrays: readonly GpuArray[]): void {
    for (const array of arrays) this.#made.push(new WeakRef(array));
  }

  /** What the program made since the last call. */
  taken(): readonly WeakRef<GpuArray>[] {
    const made = this.#made;
    this.#made = [];
    return made;
  }

  /** The error that the words of the table tell; null if no index was out of range. */
  errorIn(words: Int32Array): ChainruleError | null {
    const site = this.sites.findIndex((_, i) => words[failureWords * i] !== 0);
    if (site < 0) return null;
    const { call, size } = this.sites[site];
    const index = words[failureWords * site + 1];
    return new ChainruleError("index", call, `index ${index} is outside of 0 to ${size - 1}`, { index, size });
  }
}
