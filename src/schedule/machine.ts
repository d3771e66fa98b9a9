// What differs between the machines, and the calls of compile(), that kernels are cut for. All other limits are fixed (limits.ts, and beside
// the plans), so that a shape is cut in the same way on every machine.
export interface Machine {
  /** Whether products are summed by relaxed multiply-add, which may round product and sum together. */
  readonly relaxed: boolean;
  /** Whether 3×3 convolutions may be computed by Winograd's algorithm, with larger rounding errors. */
  readonly winograd: boolean;
  /** The largest number of threads. */
  readonly threads: number;
}

/** One thread without relaxed multiply-add and without Winograd's algorithm: the same bits on every engine. */
export const plainMachine: Machine = { relaxed: false, winograd: false, threads: 1 };
