// The interface of all kernel writers: the context that they write into, and the function that they return.
import type { Buffer, Kernel } from "../../compiler/kernel.ts";
import type { Form } from "../../schedule/body/elementwise.ts";
import { formOf } from "../../schedule/body/epilogue.ts";
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
  /** Whether products are summed by relaxed multiply-add. */
  readonly relaxed: boolean;
  /** Whether 3×3 convolutions may be computed by Winograd's algorithm (winograd.ts). */
  readonly winograd: boolean;
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
 * A kernel as a function (...pointers, scratch, from, to, table), all i32. It computes the units of work [from, to) of `units`; results do
 * not depend on how the units are divided among calls. `table` is the address of the program's table (layout.ts), for failures.
 */
export interface WrittenKernel {
  readonly callee: WasmFunction;
  /** The buffers that the pointers point to, in order. */
  readonly pointers: readonly Buffer[];
  readonly units: number;
  /** Bytes of scratch memory of one call. */
  readonly scratch: number;
  /** The plan in words, for explain(). */
  readonly description: string;
}

/** Writes a kernel of one kind into the context's module. */
export type KernelWriter<K extends Kernel> = (context: KernelContext, kernel: K, name: string) => WrittenKernel;

/** The parameters of a kernel's function: its pointers, then scratch, from, to, table. */
export const kernelParameters = (pointers: readonly Buffer[]): "i32"[] =>
  Array.from({ length: pointers.length + 4 }, () => "i32");

export type { Form };

export { formOf };
