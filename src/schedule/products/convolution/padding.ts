// How the rows of an image are copied into a buffer with zeros around them and in the gaps of a dilated input, so that a convolution needs
// no bounds checks. If the stride is above 1, the columns with the same remainder modulo the stride (a "phase") are stored together, so
// that neighbouring positions of the kernel still read neighbouring elements.

export interface Padding {
  /** Rows and columns of the image, and their strides in elements. */
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  /** Distance of neighbouring elements of the image in the padded rows and columns; above 1, zeros stand between them. */
  readonly dilation: readonly [number, number];
  /** Zeros on the left; a negative number crops. */
  readonly left: number;
  /** Column u of a padded row is at (u mod phases) · phase + ⌊u / phases⌋: a row has `phases` phases of `phase` elements each. */
  readonly phases: number;
  readonly phase: number;
  /**
   * Whether the padded buffer has zeros already at each place where no element of the image goes. Images of one size that are copied one
   * after the other have them at the same places, so it is enough to clear the buffer once.
   */
  readonly cleared: boolean;
}

/** Elements from one padded row to the next. */
export const pitch = ({ phases, phase }: Pick<Padding, "phases" | "phase">): number => phases * phase;

/** Index of column u in a padded row. */
export const placeOf = ({ phases, phase }: Pick<Padding, "phases" | "phase">, u: number): number =>
  (u % phases) * phase + Math.floor(u / phases);
