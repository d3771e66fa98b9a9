// What every schedule says, whatever its kernel.
import type { Buffer, Kernel } from "../compiler/kernel.ts";

export interface Cut<K extends Kernel> {
  readonly kind: K["kind"];
  readonly kernel: K;
  /** Every buffer that the kernel reads or writes, once each. */
  readonly buffers: readonly Buffer[];
  /**
   * Number of units of work, the parts of a kernel that threads can share. A call computes a range of them, and no bit depends on how the
   * units are divided among calls.
   */
  readonly units: number;
  /** Bytes of scratch memory of one call; calls that run at the same time must not share it. */
  readonly scratchBytes: number;
  /** Estimated time of all units on one thread, in nanoseconds. */
  readonly time: number;
}

export const distinct = (buffers: readonly Buffer[]): Buffer[] => [...new Set(buffers)];
