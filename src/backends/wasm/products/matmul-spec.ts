// What a matrix product is asked for: sizes, strides, and what finishes its sums.
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
  /** c[i · row + j], row ≥ n; null if finish stores the elements itself. */
  readonly c: { readonly row: number } | null;
  /** Where sums wait if the plan takes them in several steps: in C, if left out and there is one. finish may read the old C then only if in scratch. */
  readonly sums?: "scratch";
  /** Whether the engine may round product and sum at once. */
  readonly relaxed: boolean;
  /** How many more i32 parameters the function takes, for finish to read. */
  readonly extras?: number;
  /** Called once for each four neighbours of C, when their sums are complete and before they are stored: may change `value`. */
  readonly finish?: (code: Code, at: MatmulPlace) => void;
}

export interface MatmulPlace {
  /** c[row][column … column + 3], of which `lanes` exist. The others may be anything and are not stored. */
  readonly value: Local;
  readonly row: Local;
  readonly column: Local;
  readonly lanes: number;
  readonly extras: readonly Local[];
}
