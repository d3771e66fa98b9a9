// Where a body is written: which points of the index space, how their elements are reached, and the values that are there.
import type { Access, Store } from "../../../compiler/kernel.ts";
import type { DType } from "../../../tensor/dtype.ts";
import type { Code, Local } from "../assembler/assembler.ts";
import type { Form, KernelContext } from "../kernel-writer.ts";

/** Up to four neighbouring points of a kernel's index space. */
export interface Place {
  readonly context: KernelContext;
  readonly code: Code;
  readonly form: Form;
  /** How many lanes exist, 1 to 4; in scalar form 1. What stands in the others is never stored. */
  readonly lanes: number;
  /** How far apart the lanes of an access with such strides are, in elements. */
  stride(strides: readonly number[]): number;
  /**
   * Pushes the address of lane 0's element, moved by so many elements, less the number of bytes that it returns: that is for the
   * memory instruction's own offset, and not negative.
   */
  address(access: Access, elements: number): number;
  /** Neighbours that contain every other number from an access' element on, and whether it is the second of them; null if there is no such help. */
  pair?(access: Access, elements: number): Pair | null;
  /** Pushes offset + Σ index · stride of lane 0. */
  position(offset: number, strides: readonly number[]): void;
  /** The kernel's last parameter, where failures go. */
  readonly table: Local;
}

export interface Pair {
  /** Four numbers of four bytes, or eight bytes. */
  readonly vector: Local;
  readonly odd: boolean;
}

/** A value that is there: the same in all lanes if it is uniform. */
export interface Held {
  readonly local: Local;
  readonly dtype: DType;
  readonly uniform: boolean;
  /** If it is known. */
  readonly constant?: number;
}

/** A place that data decides, and what to say if it is outside. */
export interface Decided {
  readonly index: Held;
  readonly stride: number;
  readonly size: number;
  /** Its number among the program's sites, from 1. */
  readonly site: number;
}

/** How one form reads and writes memory. */
export interface Memory {
  constant(place: Place, value: number, dtype: DType): Local;
  position(place: Place, offset: number, strides: readonly number[]): Local;
  /** `elements`: past where the access says. */
  load(place: Place, access: Access, elements: number, decided: Decided | null): Local;
  store(place: Place, access: Access, value: Held, mode: Store["mode"], decided: Decided | null): void;
}
