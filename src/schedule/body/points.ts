// The points that a body is computed for: up to four neighbouring ones of a kernel's index space, the places of their elements, and their
// values.
import type { Access, Buffer } from "../../compiler/kernel.ts";
import type { Block } from "../../loops/block.ts";
import type { Expression, Memory, Statement, Variable } from "../../loops/program.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { BodyForm } from "./form.ts";

export interface Points {
  /** Where values are declared and stores are added. */
  readonly block: Block;
  readonly form: BodyForm;
  /** Number of lanes, 1 to 4; in the other forms 1. The other lanes of a vector are undefined and never stored. */
  readonly lanes: number;
  /** Distance of the lanes of an access with these strides, in elements. */
  stride(strides: readonly number[]): number;
  memory(buffer: Buffer): Memory;
  /** The index of the element that is `elements` after lane 0's. */
  index(access: Access, elements: number): Expression;
  /** offset + Σ index · stride of lane 0. */
  position(offset: number, strides: readonly number[]): Expression;
  /**
   * A vector of neighbours that contains the elements with stride 2 from an access's element on, shared with other accesses; null if there
   * is none.
   */
  pair?(access: Access, elements: number): Pair | null;
  readonly failures: Failures;
}

export interface Pair {
  /** Four elements; bytes are widened to int32. */
  readonly vector: Expression;
  /** Whether the access's elements are the odd ones of the vector. */
  readonly odd: boolean;
}

/** A value; a uniform one is the same in all lanes. */
export interface BodyValue {
  readonly value: Expression;
  readonly dtype: DType;
  readonly uniform: boolean;
  /** The number, if it is a constant. */
  readonly constant?: number;
}

/** How an index that data decides, and that is out of range, is reported: report(table, site, index), or by other statements. */
export interface Failures {
  /** The address of the program's table. */
  readonly table: Variable;
  /** The number of a site: a call and the size that bounds its index. */
  site(call: "gather" | "scatterAdd", size: number): number;
  readonly report?: (site: number, index: Expression) => readonly Statement[];
}

/** An index that data decides (Indirection), and the site to report if it is out of range. */
export interface DataIndex {
  readonly index: BodyValue;
  readonly stride: number;
  readonly size: number;
  readonly site: number;
}
