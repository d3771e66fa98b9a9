// The description of a matrix product from which its plan follows: sizes and strides.

/** Sizes and strides in elements. The strides of A and B may be any integers. */
export interface MatmulSpec {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** a[i · row + p · inner] */
  readonly a: { readonly row: number; readonly inner: number };
  /** b[p · inner + j · column] */
  readonly b: { readonly inner: number; readonly column: number };
  /** c[i · row + j], row ≥ n; null if the epilogue stores the elements itself. */
  readonly c: { readonly row: number } | null;
  /**
   * Where unfinished sums are kept if the plan sums in several blocks: in scratch if C is null or this is "scratch", otherwise in C. Only
   * with sums in scratch may the epilogue read the old elements of C. With "rows" the complete sums of a block are in scratch as well, where
   * the epilogue finishes and stores them row by row; C is null.
   */
  readonly sums?: "scratch" | "rows";
  /** Units of work that are wanted, for threads: 1 if left out. */
  readonly units?: number;
  /** Whether products are summed by relaxed multiply-add, which may round product and sum together. */
  readonly relaxed: boolean;
}
