// What the writers of kernels share: where they write to, and what they hand back.
import type { Buffer, Instruction, Kernel } from "../../compiler/kernel.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { Module, Function as WasmFunction } from "./assembler/assembler.ts";
import type { MathName } from "./math/vector-math.ts";

/** A place in the program where data decides an address: its number plus one is what the failure word says. */
export interface Site {
  readonly call: "gather" | "scatterAdd";
  readonly size: number;
}

export interface KernelContext {
  readonly module: Module;
  readonly callees: Callees;
  readonly relaxed: boolean;
  /** Whether 3×3 convolutions may be computed by winograd.ts. */
  readonly winograd: boolean;
  /** All kernels' sites so far: writers append. */
  readonly sites: Site[];
}

/** What kernels call; the vector functions are written in place. */
export interface Callees {
  /** Math in float64, imported. */
  readonly imported: ReadonlyMap<MathName, WasmFunction>;
  /** (base, exponent) as i32: the op pow of integers; null if no kernel needs it. */
  readonly integerPower: WasmFunction | null;
  /** (table, site, value): a place that data decided was outside; null if none is decided by data. */
  readonly report: WasmFunction | null;
}

/**
 * A kernel as a function (...pointers, scratch, from, to, table), all i32: it does the units of work [from, to) of `units`, and its
 * results do not depend on how they are split. `table` is the program's (emit.ts): for failures.
 */
export interface WrittenKernel {
  readonly callee: WasmFunction;
  /** The buffers that the pointers point to, in order. */
  readonly pointers: readonly Buffer[];
  readonly units: number;
  /** Bytes that a call needs for itself. */
  readonly scratch: number;
  /** The plan in words, for explain. */
  readonly description: string;
}

export type KernelWriter<K extends Kernel> = (context: KernelContext, kernel: K, name: string) => WrittenKernel;

/** The parameters of a kernel's function: its pointers, then scratch, from, to, table. */
export const kernelParameters = (pointers: readonly Buffer[]): "i32"[] =>
  Array.from({ length: pointers.length + 4 }, () => "i32");

/** Every instruction of a kernel, in the order of their values; reductions stand between body and epilogue. */
export function instructionsOf(kernel: Kernel): readonly Instruction[] {
  switch (kernel.kind) {
    case "loops":
      return [...kernel.body, ...kernel.epilogue.instructions];
    case "scan":
      return kernel.body;
    case "matmul":
    case "convolution":
      return kernel.epilogue.instructions;
    case "topk":
      return [];
    default:
      return kernel satisfies never;
  }
}

/** float64 runs number by number, everything else four at a time. */
export type Form = "vector" | "scalar";

export const formOf = (dtypes: readonly DType[]): Form => (dtypes.includes("float64") ? "scalar" : "vector");

/** Whether data decides a place in this kernel, so that it may fail. */
export function isDecided(kernel: Kernel): boolean {
  const stores = kernel.kind === "loops" ? [...kernel.stores, ...kernel.epilogue.stores] : [];
  const loads = instructionsOf(kernel).filter((instruction) => instruction.kind === "load");
  return [...stores, ...loads].some(({ indirection }) => indirection !== undefined);
}
