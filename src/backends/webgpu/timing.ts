// The time of each dispatch of a run, by timestamp queries, where the adapter has them.
import { timesOf } from "../../compiler/repeats.ts";
import { aligned, bytesMoved, giga, micro, productsOf } from "../work.ts";
import {
  type GpuBuffer,
  type GpuCommandEncoder,
  type GpuQuerySet,
  mapRead,
  type TimestampWrites,
  usage,
} from "./gpu.ts";
import type { Lowered } from "./lower.ts";
import type { Session } from "./session.ts";

/** The most queries of a set. */
const maxQueries = 4096;
/** Two times of eight bytes a dispatch. */
const bytesOfStep = 16;

/** The queries of one run. */
export class Timing {
  readonly #session: Session;
  readonly #sets: readonly GpuQuerySet[];
  readonly #steps: number;
  #staging: GpuBuffer | null = null;

  constructor(session: Session, steps: number) {
    this.#session = session;
    this.#steps = steps;
    const sets = Math.ceil((2 * steps) / maxQueries);
    this.#sets = Array.from({ length: sets }, (_, i) =>
      session.device.createQuerySet({ type: "timestamp", count: Math.min(2 * steps - i * maxQueries, maxQueries) }),
    );
  }

  /** Where a dispatch writes when it began and ended. */
  writes(step: number): TimestampWrites {
    const first = (2 * step) % maxQueries;
    const querySet = this.#sets[Math.floor((2 * step) / maxQueries)];
    return { querySet, beginningOfPassWriteIndex: first, endOfPassWriteIndex: first + 1 };
  }

  /** Adds the commands that bring the times. */
  resolve(encoder: GpuCommandEncoder): void {
    const { device } = this.#session;
    const bytes = Math.max(this.#steps * bytesOfStep, bytesOfStep);
    const resolved = device.createBuffer({ size: bytes, usage: usage.queryResolve | usage.copySource });
    this.#staging = device.createBuffer({ size: bytes, usage: usage.mapRead | usage.copyTarget });
    for (const [i, set] of this.#sets.entries()) {
      const count = Math.min(2 * this.#steps - i * maxQueries, maxQueries);
      encoder.resolveQuerySet(set, 0, count, resolved, (i * maxQueries * bytesOfStep) / 2);
    }
    encoder.copyBufferToBuffer(resolved, 0, this.#staging, 0, bytes);
  }

  /** The milliseconds of each dispatch. */
  async times(): Promise<number[]> {
    if (this.#staging === null) return [];
    await this.#staging.mapAsync(mapRead);
    const stamps = new BigUint64Array(this.#staging.getMappedRange().slice(0));
    this.#staging.destroy();
    for (const set of this.#sets) set.destroy();
    return Array.from({ length: this.#steps }, (_, i) => Number(stamps[2 * i + 1] - stamps[2 * i]) / 1e6);
  }
}

/** The text of timed(): a line for each dispatch, and the total; `times` are in milliseconds, `whole` that of the call until its end. */
export function reportTimes(
  name: string,
  { kernels, steps }: Lowered,
  measured: readonly number[],
  whole: number,
): string {
  // Of a dispatch in a loop the last step is measured.
  const runs = timesOf(kernels);
  const times = measured.map((time, i) => time * runs[steps[i].kernel]);
  const wall = `${name}: ${micro(whole)} µs from the call to its end, ${steps.length} dispatches in one submit`;
  if (times.length === 0) return `${wall}; this adapter has no timestamp queries, so there are no times of kernels`;
  const rows = steps.map(({ kernel, dispatch }, i) => {
    // What a kernel computes and moves is told at its last dispatch, with the time of all.
    const isLast = steps[i + 1]?.kernel !== kernel;
    if (!isLast) return [dispatch.name, micro(times[i]), "", ""];
    const own = steps.flatMap((step, at) => (step.kernel === kernel ? [times[at]] : []));
    const time = own.reduce((sum, one) => sum + one, 0);
    const rate = (work: number): string => (work === 0 || time === 0 ? "" : giga(work / time));
    return [
      dispatch.name,
      micro(times[i]),
      rate(runs[kernel] * productsOf(kernels.kernels[kernel])),
      rate(runs[kernel] * bytesMoved(kernels.kernels[kernel])),
    ];
  });
  const total = times.reduce((sum, time) => sum + time, 0);
  const table = [["", "µs", "GFLOP/s", "GB/s"], ...rows, ["total", micro(total), "", ""]];
  return [wall, ...aligned(table, [0])].join("\n");
}
