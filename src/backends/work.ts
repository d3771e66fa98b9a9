// The work of a kernel by its definition, and the tables of profile().
import { byKind, type Kernel } from "../compiler/kernel.ts";
import { readsOf, writesOf } from "../compiler/kernel-accesses.ts";
import { bytesOfBuffer } from "../schedule/allocate.ts";

const pointsOf = ({ axes }: Kernel): number => axes.reduce((product, { size }) => product * size, 1);

/** Multiplications and additions in a product by its definition. */
export const productsOf = byKind<number>({
  matmul: (kernel) => 2 * pointsOf(kernel),
  // Products with the gaps of a dilated input are not computed (schedule/products/convolution/gaps.ts).
  convolution: (kernel) =>
    (2 * pointsOf(kernel) * kernel.channels * kernel.kernel[0] * kernel.kernel[1]) /
    (kernel.inputDilation[0] * kernel.inputDilation[1]),
  loops: () => 0,
  scan: () => 0,
  topk: () => 0,
});

/** Bytes of all buffers that a kernel reads, plus those of all that it writes. */
export function bytesMoved(kernel: Kernel): number {
  const once = [readsOf(kernel), writesOf(kernel)].flatMap((all) => [...new Set(all.map(({ buffer }) => buffer))]);
  return once.reduce((sum, buffer) => sum + bytesOfBuffer(buffer), 0);
}

/** A rate per millisecond, in 10⁹ per second. */
export const giga = (rate: number): string => (rate / 1e6).toFixed(1);
/** Milliseconds in microseconds. */
export const micro = (milliseconds: number): string => (milliseconds * 1000).toFixed(0);

/** The lines of a table; the columns in `left` have words, the others numbers. */
export function aligned(rows: readonly (readonly string[])[], left: readonly number[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  const pad = (cell: string, column: number) =>
    left.includes(column) ? cell.padEnd(widths[column]) : cell.padStart(widths[column]);
  return rows.map((cells) => cells.map(pad).join("  ").trimEnd());
}
