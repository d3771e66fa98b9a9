// Which rows of x a tile of several rows reads, and what each row of the tile multiplies them by: u = t · stride + i · dilation.
import { and, div, eq, ltUnsigned, mul, rem, sub } from "../../../loops/build.ts";
import type { Expression } from "../../../loops/program.ts";

export interface Rows {
  /** Rows of the kernel. */
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
}

/** The rows u of x that a tile of `height` rows reads, from its first one on. */
export function rowsRead({ kernel, stride, dilation }: Rows, height: number): readonly number[] {
  const all = Array.from({ length: height }, (_, t) =>
    Array.from({ length: kernel }, (_, i) => t * stride + i * dilation),
  );
  return [...new Set(all.flat())].sort((a, b) => a - b);
}

/** Whether row t of a tile multiplies row u of x, and by which row i of the kernel. */
export function kernelRow({ kernel, stride, dilation }: Rows, u: Expression, t: Expression) {
  const distance = sub(u, mul(t, stride));
  const isInside = ltUnsigned(distance, (kernel - 1) * dilation + 1);
  if (dilation === 1) return { isMet: isInside, i: distance };
  return { isMet: and(isInside, eq(rem(distance, dilation), 0)), i: div(distance, dilation) };
}
