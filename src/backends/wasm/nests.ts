// Writes the kernels "loops" and "scan" from their loop programs. Both are loop nests: a scan is a sum along its last axis that also stores
// each partial sum.
import type { Buffer, Loops, Scan } from "../../compiler/kernel.ts";
import { readsOf, writesOf } from "../../compiler/kernel-accesses.ts";
import { variable } from "../../loops/build.ts";
import type { Routine } from "../../loops/program.ts";
import { nestStatements } from "../../schedule/nest/build.ts";
import { type Nest, unitsOf } from "../../schedule/nest/nest.ts";
import { describeSchedule, schedule } from "../../schedule/nest/schedule.ts";
import { memoryOf } from "../../schedule/scheduled.ts";
import { calleesOf, failuresOf } from "./callees/callees.ts";
import {
  type Form,
  formOf,
  type KernelContext,
  type KernelWriter,
  kernelParameters,
  type WrittenKernel,
} from "./kernel-writer.ts";
import { writeRoutine } from "./loops/write.ts";

/** Writes loops; the schedule chooses the units of work. */
export const writeLoops: KernelWriter<Loops> = (context, kernel, name) => writeLoopsAlong(context, kernel, name, null);

/** Writes loops whose units are cut from `axis` first, so that each index of the axis has the same number of consecutive units. */
export const writeLoopsAlong = (
  context: KernelContext,
  kernel: Loops,
  name: string,
  axis: number | null,
): WrittenKernel => writeNest(context, { ...kernel, running: null }, buffersOf(kernel), name, axis);

/** Whether units can be cut from an axis first. */
export function cutsAlong(kernel: Loops, axis: number): boolean {
  const nest = { ...kernel, running: null };
  return schedule(nest, formOfNest(nest), axis).units[0] === axis;
}

/** Writes a scan. */
export const writeScan: KernelWriter<Scan> = (context, kernel, name) => {
  const last = kernel.axes.length - 1;
  const nest: Nest = {
    ...kernel,
    axes: kernel.axes.map(({ size, kind }, axis) => ({ size, kind: axis === last ? "reduce" : kind })),
    running: kernel.store,
  };
  return writeNest(context, nest, buffersOf(kernel), name);
};

const buffersOf = (kernel: Loops | Scan): Buffer[] => [
  ...new Set([...readsOf(kernel), ...writesOf(kernel)].map(({ buffer }) => buffer)),
];

const formOfNest = ({ body, epilogue }: Nest): Form =>
  formOf([...body, ...epilogue.instructions].map(({ dtype }) => dtype));

function writeNest(
  context: KernelContext,
  nest: Nest,
  pointers: readonly Buffer[],
  name: string,
  first: number | null = null,
): WrittenKernel {
  const form = formOfNest(nest);
  const plan = schedule(nest, form, first);
  const units = unitsOf(nest, plan);
  const callee = context.module.function(
    name,
    { parameters: kernelParameters(pointers), results: [] },
    (code, ...locals) => {
      if (units === 0) return;
      const memories = new Map(pointers.map((buffer) => [buffer, memoryOf(buffer)]));
      const [from, to, table] = [variable("from"), variable("to"), variable("table")];
      const failures = failuresOf(context, table);
      const body = nestStatements({ nest, plan, form, memories, failures }, from, to);
      const routine: Routine = { name, memories: [...memories.values()], parameters: [from, to, table], body };
      const addresses = locals.slice(0, pointers.length);
      writeRoutine(code, routine, addresses, locals.slice(pointers.length + 1), calleesOf(context));
    },
  );
  return { callee, pointers, units, scratch: 0, description: describeSchedule(nest, plan, form) };
}
