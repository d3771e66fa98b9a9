// The interface of all kernel writers: the context that they write into, and the function that they return.
import type { Buffer, Kind } from "../../compiler/kernel.ts";
import type { Schedules } from "../../schedule/schedule.ts";
import type { Module, Function as WasmFunction } from "./assembler/assembler.ts";

/** A load or store whose index data decides. If an index is out of range, the table's failure word is the site's index plus 1. */
export interface Site {
  readonly call: "gather" | "scatterAdd";
  readonly size: number;
}

/** The context of one module's kernels. */
export interface KernelContext {
  readonly module: Module;
  readonly callees: Callees;
  /** The sites of all kernels so far; writers append theirs. */
  readonly sites: Site[];
}

/** The functions that kernels call; vector functions are inlined instead. */
export interface Callees {
  /**
   * The functions that the formulas of ops call, by name: imported ones in float64, and integerPower, (base, exponent) -> power in i32.
   * There are only those that the kernels need.
   */
  readonly functions: ReadonlyMap<string, WasmFunction>;
  /** (table, site, value): reports an index out of range (report.ts); null if no kernel has a site. */
  readonly report: WasmFunction | null;
}

/**
 * Writes a kernel of one kind into the context's module, as a function (...pointers, scratch, from, to, table), all i32. The pointers are
 * those of the schedule's buffers. It computes the units of work [from, to). `table` is the address of the program's table (layout.ts), for
 * failures.
 */
export type KernelWriter<K extends Kind> = (
  context: KernelContext,
  schedule: Schedules[K],
  name: string,
) => WasmFunction;

/** The parameters of a kernel's function: its pointers, then scratch, from, to, table. */
export const kernelParameters = (pointers: readonly Buffer[]): "i32"[] =>
  Array.from({ length: pointers.length + 4 }, () => "i32");
