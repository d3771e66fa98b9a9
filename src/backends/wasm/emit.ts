// Kernels become one WebAssembly module. A kernel is a function over a range of its units of work; `step0`, `step1`, ... (table, scratch,
// from, to) look its buffers up in the program's table (layout.ts) and call it. Steps that are a chain share one more such function
// (tasks.ts). `run` (table) does all in order, and stops after one that met an index outside of its buffer. `share` does the same together
// with other threads (threads/share.ts), where that is worth it. The module imports the memory, and Math (mathImports) if a kernel
// computes in float64.

import type { Buffer, Kernel, KernelProgram } from "../../compiler/kernel.ts";
import { internal } from "../../errors/error.ts";
import { type Code, type Local, type Memory, Module, type Function as WasmFunction } from "./assembler/assembler.ts";
import { kernelContext, mathOf } from "./kernel-context.ts";
import {
  formOf,
  instructionsOf,
  isDecided,
  type KernelWriter,
  type Site,
  type WrittenKernel,
} from "./kernel-writer.ts";
import { table } from "./layout.ts";
import { writeLoops, writeLoopsAlong, writeScan } from "./nest/loops.ts";
import { writeConvolutionKernel, writeMatmulKernel } from "./products/contractions.ts";
import { type Task, writeTasks } from "./tasks.ts";
import { writeShare } from "./threads/share.ts";
import { type Plan, planStages, type Work } from "./threads/stages.ts";
import { timeOf } from "./threads/time.ts";
import { writeTopkKernel } from "./topk.ts";

export { mathImports } from "./math/imports.ts";

export interface EmittedProgram {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes of scratch memory that a thread needs, and from one thread to the next. */
  readonly scratch: number;
  readonly steps: readonly { readonly name: string; readonly description: string; readonly units: number }[];
  /** What runs as one: a step, or those of a chain; by positions, and how many units that is. */
  readonly tasks: readonly { readonly steps: readonly number[]; readonly units: number }[];
  readonly sites: readonly Site[];
  /** By site: its step. */
  readonly stepOfSite: readonly number[];
  /** How many threads it is for at most, and how they share it; null if one does it alone. */
  readonly threads: number;
  readonly plan: Plan | null;
}

export interface EmitOptions {
  /** Whether products and sums of them may be rounded at once. */
  readonly relaxed: boolean;
  /** Whether 3×3 convolutions may be computed with fewer, less exact products; not if left out. */
  readonly winograd?: boolean;
  readonly memory: Memory;
  /** How many threads it is for at most; one if left out. */
  readonly threads?: number;
}

const align = (bytes: number): number => Math.ceil(bytes / 64) * 64;

const writers: { readonly [K in Kernel["kind"]]: KernelWriter<Extract<Kernel, { kind: K }>> } = {
  loops: writeLoops,
  scan: writeScan,
  matmul: writeMatmulKernel,
  convolution: writeConvolutionKernel,
  topk: writeTopkKernel,
};

/** `offsets`: where in the arena every argument and temporary begins, in bytes. */
export function emitProgram(
  program: KernelProgram,
  { offsets }: { readonly offsets: ReadonlyMap<Buffer, number> },
  { relaxed, winograd, memory, threads = 1 }: EmitOptions,
): EmittedProgram {
  const module = new Module(memory);
  const context = kernelContext(module, program, relaxed, winograd);
  const stepOfSite: number[] = [];
  const axes = axesOfChains(program);
  const written = program.kernels.map((kernel, step) => {
    const axis = axes.get(step);
    const one =
      kernel.kind === "loops" && axis !== undefined
        ? writeLoopsAlong(context, kernel, kernel.name, axis)
        : writers[kernel.kind](context, kernel as never, kernel.name);
    while (stepOfSite.length < context.sites.length) stepOfSite.push(step);
    return one;
  });
  const steps = written.map((kernel, i) => ({
    callee: writeStep(module, `step${i}`, kernel, offsets),
    units: kernel.units,
    decided: isDecided(program.kernels[i]),
  }));
  const tasks = writeTasks(module, steps, program.chains ?? []);
  writeRun(module, tasks);
  const scratch = align(Math.max(0, ...written.map((kernel) => kernel.scratch)));
  const plan = threads > 1 && memory.shared ? planStages(tasks.map(workOf(program.kernels)), { offsets }) : null;
  if (plan) module.export("share", writeShare(module, tasks, { plan, threads, scratch }));
  return {
    bytes: module.bytes(),
    scratch,
    steps: written.map(({ description, units }, i) => ({ name: program.kernels[i].name, description, units })),
    tasks: tasks.map(({ steps, units }) => ({ steps, units })),
    sites: context.sites,
    stepOfSite,
    threads,
    plan,
  };
}

/** By the position of a kernel that is in a chain, the axis along which it is cut. */
const axesOfChains = ({ chains = [] }: KernelProgram): ReadonlyMap<number, number> =>
  new Map(chains.flatMap(({ first, axes }) => axes.map((axis, i): [number, number] => [first + i, axis])));

const workOf =
  (all: readonly Kernel[]) =>
  ({ steps, units, decided }: Task): Work => {
    const kernels = steps.map((step) => all[step]);
    const time = kernels.reduce((sum, kernel) => sum + timeOf(kernel), 0);
    return { kernels, units, time, bound: kernels.some(callsMath), decided };
  };

/** Whether a kernel calls imported functions, which only the module of the program's own thread has. */
const callsMath = (kernel: Kernel): boolean => {
  const instructions = instructionsOf(kernel);
  const form = formOf(instructions.map(({ dtype }) => dtype));
  return form === "scalar" && instructions.some((instruction) => mathOf(instruction) !== null);
};

function writeStep(
  module: Module,
  name: string,
  { callee, pointers }: WrittenKernel,
  offsets: ReadonlyMap<Buffer, number>,
): WasmFunction {
  const parameters = ["i32", "i32", "i32", "i32"] as const;
  const step = module.function(name, { parameters, results: [] }, (code, words, scratch, from, to) => {
    for (const buffer of pointers) pushAddress(code, words, buffer, offsets);
    code.get(scratch).get(from).get(to).get(words).call(callee);
  });
  module.export(name, step);
  return step;
}

function pushAddress(code: Code, words: Local, buffer: Buffer, offsets: ReadonlyMap<Buffer, number>): void {
  code.get(words);
  if (buffer.kind === "state") {
    code.memory("i32.load", table.states + 4 * buffer.index);
    return;
  }
  const offset = offsets.get(buffer);
  if (offset === undefined) throw internal(`${buffer.name} has no place in the arena`);
  code.memory("i32.load", table.arena).i32(offset).op("i32.add");
}

function writeRun(module: Module, tasks: readonly Task[]): void {
  const run = module.function("run", { parameters: ["i32"], results: [] }, (code, words) => {
    code.block((done) => {
      for (const { callee, units, decided } of tasks) {
        code.get(words).get(words).memory("i32.load", table.scratch).i32(0).i32(units).call(callee);
        if (decided) code.get(words).memory("i32.load", table.failure).brIf(done);
      }
    });
  });
  module.export("run", run);
}
