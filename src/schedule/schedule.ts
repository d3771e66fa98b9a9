// How a kernel is cut, as data: its units of work, lanes, tiles, what is packed, scratch memory and estimated time. A schedule is made once,
// and everything that follows reads it: chains, the stages of threads, explain(), and the code that builds the loops.
import type { Kernel, Kind, Of } from "../compiler/kernel.ts";
import type { Machine } from "./machine.ts";
import { type NestSchedule, scheduleNest } from "./nest/schedule.ts";
import { type ConvolutionSchedule, scheduleConvolution } from "./products/convolution/schedule.ts";
import { type MatmulSchedule, scheduleMatmul } from "./products/matmul/schedule.ts";
import { scheduleTopk, type TopkSchedule } from "./topk/plan.ts";

/** The schedule of a kernel, by the kernel's kind. */
export interface Schedules {
  loops: NestSchedule;
  scan: NestSchedule;
  matmul: MatmulSchedule;
  convolution: ConvolutionSchedule;
  topk: TopkSchedule;
}

export type Schedule = Schedules[Kind];

const schedulers: { readonly [K in Kind]: (kernel: Of<K>, machine: Machine) => Schedules[K] } = {
  loops: (kernel) => scheduleNest(kernel),
  scan: (kernel) => scheduleNest(kernel),
  matmul: scheduleMatmul,
  convolution: scheduleConvolution,
  topk: scheduleTopk,
};

/** Schedules a kernel. */
export function schedule<K extends Kernel>(kernel: K, machine: Machine): Schedules[K["kind"]] {
  const scheduler: (kernel: never, machine: Machine) => Schedule = schedulers[kernel.kind];
  return scheduler(kernel as never, machine) as Schedules[K["kind"]];
}
