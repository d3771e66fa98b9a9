// Turns kernels into one WebAssembly module. A kernel is a function over a range of its units of work. `step0`, `step1`, ... (table,
// scratch, from, to) load the addresses of the kernel's buffers from the program's table (layout.ts) and call it. The steps of a chain
// share one more such function (tasks.ts), and so do those of a loop. `run` (table) runs all of them in order, and stops after a kernel that read an index out of
// range. `share` does the same with several threads (threads/share.ts), if that is worth it. The module imports the memory, and
// mathImports if a kernel computes functions in float64.

import { type Buffer, type Kernel, ownerOf } from "../../compiler/kernel.ts";
import { instructionsOf, mayFail } from "../../compiler/kernel-accesses.ts";
import { timesOf } from "../../compiler/repeats.ts";
import { internal } from "../../errors/error.ts";
import { variable } from "../../loops/build.ts";
import { bytesOfBuffer } from "../../schedule/allocate.ts";
import { formOfKernel } from "../../schedule/body/form.ts";
import { mathOf } from "../../schedule/body/math.ts";
import { bytesOf } from "../../schedule/elements.ts";
import type { SharingLimits } from "../../schedule/limits.ts";
import { routineOf } from "../../schedule/loops.ts";
import type { Alike, ScheduledProgram } from "../../schedule/program.ts";
import type { Schedule } from "../../schedule/schedule.ts";
import { type Code, type Local, type Memory, Module, type Function as WasmFunction } from "./assembler/assembler.ts";
import { calleesOf, failuresOf } from "./callees/callees.ts";
import { type KernelContext, kernelContext, type Site } from "./kernel-context.ts";
import { placeWord, table } from "./layout.ts";
import { writeFunction } from "./loops/write.ts";
import { type Task, writeTasks } from "./tasks.ts";
import { writeShare } from "./threads/share.ts";
import { type Plan, planStages, type Work } from "./threads/stages.ts";

export { mathImports } from "./math/imports.ts";

/** A module with the facts that running and explaining it need. */
export interface EmittedProgram {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes of scratch memory of each thread. */
  readonly scratch: number;
  /** The tasks: the indices of the steps of each (one step, or those of a chain), and its units. */
  readonly tasks: readonly { readonly steps: readonly number[]; readonly units: number }[];
  readonly sites: readonly Site[];
  /** The step of each site. */
  readonly stepOfSite: readonly number[];
  /** The largest number of threads that can run it, and how they share it; the plan is null if one thread runs it alone. */
  readonly threads: number;
  readonly plan: Plan | null;
}

export interface EmitOptions {
  readonly memory: Memory;
  /** The largest number of threads; 1 by default. */
  readonly threads?: number;
  /** What threads share. */
  readonly sharing?: SharingLimits | undefined;
}

const align = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/**
 * Writes the loops of a kernel as a function (...pointers, scratch, from, to, table), all i32. The pointers are those of the schedule's
 * buffers. It computes the units of work [from, to). `table` is the address of the program's table (layout.ts), for failures.
 */
export function writeKernel(context: KernelContext, schedule: Schedule): WasmFunction {
  const routine = routineOf(schedule, failuresOf(context, variable("table")));
  return writeFunction(context.module, routine, calleesOf(context));
}

/** Emits the module of a program; `offsets` are the offsets of all arguments and temporaries in the arena, in bytes. */
export function emitProgram(
  program: ScheduledProgram,
  { offsets }: { readonly offsets: ReadonlyMap<Buffer, number> },
  { memory, threads = 1, sharing }: EmitOptions,
): EmittedProgram {
  const { schedules } = program;
  const module = new Module(memory);
  const context = kernelContext(module, program);
  const { written, stepOfSite } = writeKernels(context, program);
  const states = program.buffers.filter(({ kind }) => kind === "state").length;
  const steps = schedules.map((schedule, i) => ({
    callee: writeStep(module, `step${i}`, written[i], schedule.buffers, { offsets, states, ...program.alike[i] }),
    units: schedule.units,
    mayFail: mayFail(schedule.kernel),
  }));
  const tasks = writeTasks(module, steps, { chains: program.chains ?? [], repeats: program.repeats ?? [], states });
  writeRun(module, tasks);
  const scratch = align(Math.max(0, ...schedules.map(({ scratchBytes }) => scratchBytes)));
  const plan =
    threads > 1 && memory.shared
      ? planStages(tasks.map(workOf(schedules, timesOf(program))), { offsets }, sharing)
      : null;
  if (plan) module.export("share", writeShare(module, tasks, { plan, threads, scratch }));
  return {
    bytes: module.bytes(),
    scratch,
    tasks: tasks.map(({ steps, units }) => ({ steps, units })),
    sites: context.sites,
    stepOfSite,
    threads,
    plan,
  };
}

/** Writes the functions of all kernels, one for those that are alike; `stepOfSite` has the first step of each site. */
function writeKernels(context: KernelContext, program: ScheduledProgram) {
  const stepOfSite: number[] = [];
  const written: WasmFunction[] = [];
  for (const [step, { first, schedule }] of program.alike.entries()) {
    written.push(first < step ? written[first] : writeKernel(context, schedule));
    while (stepOfSite.length < context.sites.length) stepOfSite.push(step);
  }
  return { written, stepOfSite };
}

/** A task as planStages sees it. */
const workOf =
  (schedules: readonly Schedule[], times: readonly number[]) =>
  ({ steps, units, mayFail }: Task): Work => {
    const members = steps.map((step) => schedules[step]);
    const kernels = members.map(({ kernel }) => kernel);
    const time = steps.reduce((sum, step) => sum + schedules[step].time * times[step], 0);
    return { kernels, units, time, bound: kernels.some(callsMath), mayFail };
  };

/** Whether a kernel calls imported functions, which only the calling thread's instance of the module has. */
const callsMath = (kernel: Kernel): boolean =>
  formOfKernel(kernel) === "scalar" && instructionsOf(kernel).some((instruction) => mathOf(instruction) !== null);

/** Where a step finds its elements: the offsets of buffers in the arena, the origins in them, and the number of states. */
interface Places extends Pick<Alike, "origins"> {
  readonly offsets: ReadonlyMap<Buffer, number>;
  readonly states: number;
}

/** Writes the function of a step, (table, scratch, from, to). */
function writeStep(
  module: Module,
  name: string,
  callee: WasmFunction,
  pointers: readonly Buffer[],
  places: Places,
): WasmFunction {
  const parameters = ["i32", "i32", "i32", "i32"] as const;
  const step = module.function(name, { parameters, results: [] }, (code, tableAddress, scratch, from, to) => {
    for (const buffer of pointers) pushAddress(code, tableAddress, buffer, places);
    code.get(scratch).get(from).get(to).get(tableAddress).call(callee);
  });
  module.export(name, step);
  return step;
}

/** Pushes the address of the element of a buffer from which a kernel's loops count. */
function pushAddress(code: Code, tableAddress: Local, buffer: Buffer, { offsets, origins, states }: Places): void {
  const origin = (origins.get(buffer) ?? 0) * bytesOf(buffer.dtype);
  pushStart(code, tableAddress, ownerOf(buffer), origin, offsets);
  pushSteps(code, tableAddress, buffer, states);
}

/** Adds what lies between the start of a window's owner and its own start: the owner's elements before the steps of the loops around it. */
function pushSteps(code: Code, tableAddress: Local, buffer: Buffer, states: number): void {
  const { window } = buffer;
  if (window === undefined) return;
  code.get(tableAddress).memory("i32.load", placeWord(states, window.repeat));
  code.i32(bytesOfBuffer(buffer)).op("i32.mul", "i32.add");
  pushSteps(code, tableAddress, window.of, states);
}

/** Pushes the address of a byte of a buffer that is no window. */
function pushStart(
  code: Code,
  tableAddress: Local,
  buffer: Buffer,
  origin: number,
  offsets: ReadonlyMap<Buffer, number>,
): void {
  code.get(tableAddress);
  if (buffer.kind === "state") {
    code.memory("i32.load", table.states + 4 * buffer.index);
    if (origin > 0) code.i32(origin).op("i32.add");
    return;
  }
  const offset = offsets.get(buffer);
  if (offset === undefined) throw internal(`${buffer.name} has no offset in the arena`);
  code
    .memory("i32.load", table.arena)
    .i32(offset + origin)
    .op("i32.add");
}

/** Writes the function that runs all tasks on one thread. */
function writeRun(module: Module, tasks: readonly Task[]): void {
  const run = module.function("run", { parameters: ["i32"], results: [] }, (code, tableAddress) => {
    code.block((done) => {
      for (const { callee, units, mayFail } of tasks) {
        code.get(tableAddress).get(tableAddress).memory("i32.load", table.scratch).i32(0).i32(units).call(callee);
        if (mayFail) code.get(tableAddress).memory("i32.load", table.failure).brIf(done);
      }
    });
  });
  module.export("run", run);
}
