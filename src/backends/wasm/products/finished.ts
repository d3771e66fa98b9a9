// Products together with the code that finishes their sums: what the writers take.
import type { ConvolutionSpec } from "../../../schedule/products/convolution/spec.ts";
import type { Code, Local } from "../assembler/assembler.ts";

export interface FinishedConvolution extends ConvolutionSpec {
  /** Number of additional i32 parameters of the function, which `finish` receives. */
  readonly extras?: number;
  /** Writes code for up to four elements of a row of y, after their sums are complete and before they are stored; it may change `value`. */
  readonly finish?: (code: Code, at: ConvolutionPlace) => void;
}

/** What `finish` receives: a vector of sums and where they belong in y. */
export interface ConvolutionPlace {
  /** y at column, column + apart, …: the first `lanes` lanes. The other lanes are undefined and are not stored. */
  readonly value: Local;
  readonly image: Local;
  readonly group: Local;
  /** Index within the group. */
  readonly output: Local;
  readonly row: Local;
  readonly column: Local;
  readonly apart: number;
  readonly lanes: number;
  readonly extras: readonly Local[];
}
