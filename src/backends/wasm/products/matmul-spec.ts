// The description of a matrix product that its writer takes: sizes, strides, and the code that finishes its sums.
import type { Code, Local } from "../assembler/assembler.ts";

/** Sizes and strides in elements. The strides of A and B may be any integers. */
export interface MatmulSpec {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** a[i · row + p · inner] */
  readonly a: { readonly row: number; readonly inner: number };
  /** b[p · inner + j · column] */
  readonly b: { readonly inner: number; readonly column: number };
  /** c[i · row + j], row ≥ n; null if `finish` stores the elements itself. */
  readonly c: { readonly row: number } | null;
  /**
   * Where unfinished sums are kept if the plan sums in several blocks: in scratch if C is null or this is "scratch", otherwise in C. Only
   * with sums in scratch may `finish` read the old elements of C.
   */
  readonly sums?: "scratch";
  /** Whether products are summed by relaxed multiply-add, which may round product and sum together. */
  readonly relaxed: boolean;
  /** Number of additional i32 parameters of the function, which `finish` receives. */
  readonly extras?: number;
  /**
   * Writes code for up to four neighbours in a row of C, after their sums are complete and before they are stored; it may change `value`.
   */
  readonly finish?: (code: Code, at: MatmulPlace) => void;
}

/** What `finish` receives: a vector of sums and where they belong in C. */
export interface MatmulPlace {
  /** c[row][column … column + 3]: the first `lanes` lanes. The other lanes are undefined and are not stored. */
  readonly value: Local;
  readonly row: Local;
  readonly column: Local;
  readonly lanes: number;
  readonly extras: readonly Local[];
}
