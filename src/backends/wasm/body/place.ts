// The place that a body is written for: points of the index space, the addresses of their elements, and the locals of their values.
import type { Access, Store } from "../../../compiler/kernel.ts";
import type { DType } from "../../../tensor/dtype.ts";
import type { Code, Local } from "../assembler/assembler.ts";
import type { Form, KernelContext } from "../kernel-writer.ts";

/** Up to four neighbouring points of a kernel's index space. */
export interface Place {
  readonly context: KernelContext;
  readonly code: Code;
  readonly form: Form;
  /** Number of lanes, 1 to 4; in the form "scalar" 1. The other lanes of a vector are undefined and never stored. */
  readonly lanes: number;
  /** Distance of the lanes of an access with these strides, in elements. */
  stride(strides: readonly number[]): number;
  /**
   * Pushes an address and returns an offset ≥ 0 in bytes for the memory instruction; together they are the address of the element that
   * is `elements` after lane 0's.
   */
  address(access: Access, elements: number): number;
  /**
   * A vector of neighbours that contains the elements with stride 2 from an access's element on, shared with other accesses; null if
   * there is none.
   */
  pair?(access: Access, elements: number): Pair | null;
  /** Pushes offset + Σ index · stride of lane 0. */
  position(offset: number, strides: readonly number[]): void;
  /** The address of the program's table (layout.ts), where failures are reported; the kernel's last parameter. */
  readonly table: Local;
}

export interface Pair {
  /** Four elements of four bytes, or eight of one byte. */
  readonly vector: Local;
  /** Whether the access's elements are the odd ones of the vector. */
  readonly odd: boolean;
}

/** The local that holds a value; a uniform value is the same in all lanes. */
export interface ValueLocal {
  readonly local: Local;
  readonly dtype: DType;
  readonly uniform: boolean;
  /** The value, if it is a constant. */
  readonly constant?: number;
}

/** An index that data decides (Indirection), and the site to report if it is out of range. */
export interface DataIndex {
  readonly index: ValueLocal;
  readonly stride: number;
  readonly size: number;
  /** Index of the site in the program's sites, plus 1. */
  readonly site: number;
}

/** Loads, stores and constants in one form. */
export interface Memory {
  constant(place: Place, value: number, dtype: DType): Local;
  position(place: Place, offset: number, strides: readonly number[]): Local;
  /** Loads the element that is `elements` after the access's. */
  load(place: Place, access: Access, elements: number, dataIndex: DataIndex | null): Local;
  store(place: Place, access: Access, value: ValueLocal, mode: Store["mode"], dataIndex: DataIndex | null): void;
}
