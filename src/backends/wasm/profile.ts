// The text of profile(): the time of each kernel, and what it says of the kernel's speed.

import { byKind, type Kernel } from "../../compiler/kernel.ts";
import { readsOf, writesOf } from "../../compiler/kernel-accesses.ts";
import { bytesOfBuffer } from "../../schedule/allocate.ts";
import { describe } from "../../schedule/text.ts";
import type { Stages } from "./explain.ts";

/** The work of a kernel, or of all kernels: floating-point operations of products, bytes moved, and time in milliseconds. */
interface Work {
  readonly operations: number;
  readonly bytes: number;
  readonly time: number;
}

/**
 * The text of profile(): the limit, one line for each step, and one for the total. A line has the time, the rate of floating-point
 * operations in products, this rate as a share of the limit, and the rate of moving each buffer once. `times` are in milliseconds, and
 * `limit` is in floating-point operations per millisecond.
 */
export function reportTimes({ kernels, relaxed }: Stages, times: readonly number[], limit: number): string {
  const works = kernels.kernels.map(
    (kernel, i): Work => ({ operations: productsOf(kernel), bytes: bytesMoved(kernel), time: times[i] }),
  );
  const sum = (of: keyof Work) => works.reduce((total, work) => total + work[of], 0);
  const whole: Work = { operations: sum("operations"), bytes: sum("bytes"), time: sum("time") };
  const all = [
    ["", "µs", "GFLOP/s", "share", "GB/s", ""],
    ...kernels.schedules.map((schedule, i) => [schedule.kernel.name, ...figures(works[i], limit), describe(schedule)]),
    ["total", ...figures(whole, limit), ""],
  ];
  const widths = all[0].map((_, column) => Math.max(...all.map((cells) => cells[column].length)));
  const aligned = (cell: string, column: number) =>
    column === 0 || column === 5 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]);
  const lines = all.map((cells) => cells.map(aligned).join("  ").trimEnd());
  const fused = `${relaxed ? "with" : "without"} fused multiply-add`;
  return [`limit of one thread: ${giga(limit)} GFLOP/s, float32, ${fused}`, ...lines].join("\n");
}

/** The cells of a line: µs, GFLOP/s, share of the limit, GB/s. */
function figures({ operations, bytes, time }: Work, limit: number): string[] {
  const rate = (work: number) => (work === 0 || time === 0 ? "" : giga(work / time));
  const share = operations === 0 || time === 0 ? "" : `${((100 * operations) / time / limit).toFixed(0)} %`;
  return [micro(time), rate(operations), share, rate(bytes)];
}

/** A rate per millisecond, in 10⁹ per second. */
const giga = (rate: number): string => (rate / 1e6).toFixed(1);
const micro = (milliseconds: number): string => (milliseconds * 1000).toFixed(0);

const pointsOf = ({ axes }: Kernel): number => axes.reduce((product, { size }) => product * size, 1);

/** Multiplications and additions in a product by its definition. */
const productsOf = byKind<number>({
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
function bytesMoved(kernel: Kernel): number {
  const once = [readsOf(kernel), writesOf(kernel)].flatMap((all) => [...new Set(all.map(({ buffer }) => buffer))]);
  return once.reduce((sum, buffer) => sum + bytesOfBuffer(buffer), 0);
}
