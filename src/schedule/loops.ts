// The loops of a kernel, built from its schedule. This is all that a backend needs of a kernel.
import type { Kind } from "../compiler/kernel.ts";
import type { Routine } from "../loops/program.ts";
import type { Failures } from "./body/points.ts";
import { nestRoutine } from "./nest/routine.ts";
import { convolutionRoutine } from "./products/convolution/routine.ts";
import { matmulRoutine } from "./products/matmul/routine.ts";
import type { Schedule, Schedules } from "./schedule.ts";
import { topkRoutine } from "./topk/build.ts";

const routines: { readonly [K in Kind]: (schedule: Schedules[K], failures: Failures) => Routine } = {
  loops: nestRoutine,
  scan: nestRoutine,
  matmul: matmulRoutine,
  convolution: convolutionRoutine,
  topk: topkRoutine,
};

/**
 * The routine (...buffers, scratch, from, to, table): it computes the units of work [from, to). Its memories are the schedule's buffers, then
 * the scratch memory; `table` is that of the failures.
 */
export function routineOf(schedule: Schedule, failures: Failures): Routine {
  const routine: (schedule: never, failures: Failures) => Routine = routines[schedule.kind];
  return routine(schedule as never, failures);
}
