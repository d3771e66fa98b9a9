// The text of profile(): the time of each kernel, and what it says of the kernel's speed.

import { timesOf } from "../../compiler/repeats.ts";
import { describe } from "../../schedule/text.ts";
import { aligned, bytesMoved, giga, micro, productsOf } from "../work.ts";
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
  const runs = timesOf(kernels);
  const works = kernels.kernels.map(
    (kernel, i): Work => ({
      operations: runs[i] * productsOf(kernel),
      bytes: runs[i] * bytesMoved(kernel),
      time: times[i],
    }),
  );
  const sum = (of: keyof Work) => works.reduce((total, work) => total + work[of], 0);
  const whole: Work = { operations: sum("operations"), bytes: sum("bytes"), time: sum("time") };
  const all = [
    ["", "µs", "GFLOP/s", "share", "GB/s", ""],
    ...kernels.schedules.map((schedule, i) => [schedule.kernel.name, ...figures(works[i], limit), describe(schedule)]),
    ["total", ...figures(whole, limit), ""],
  ];
  const fused = `${relaxed ? "with" : "without"} fused multiply-add`;
  return [`limit of one thread: ${giga(limit)} GFLOP/s, float32, ${fused}`, ...aligned(all, [0, 5])].join("\n");
}

/** The cells of a line: µs, GFLOP/s, share of the limit, GB/s. */
function figures({ operations, bytes, time }: Work, limit: number): string[] {
  const rate = (work: number) => (work === 0 || time === 0 ? "" : giga(work / time));
  const share = operations === 0 || time === 0 ? "" : `${((100 * operations) / time / limit).toFixed(0)} %`;
  return [micro(time), rate(operations), share, rate(bytes)];
}
