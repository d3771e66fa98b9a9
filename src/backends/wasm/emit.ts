// Kernels become one WebAssembly module. A kernel is a function over a range of its units of work; `step0`, `step1`, ... (table, scratch,
// from, to) look its buffers up in the program's table (layout.ts) and call it, `run` (table) does all steps in order, and stops after one
// that met an index outside of its buffer. `share` does the same together with other threads (threads/share.ts), where that is worth it.
// The module imports the memory, and Math (mathImports) if a kernel computes in float64.
import type { Buffer, Kernel, KernelProgram } from "../../compiler/kernel.ts";
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
import { writeLoops, writeScan } from "./nest/loops.ts";
import { writeConvolutionKernel, writeMatmulKernel } from "./products/contractions.ts";
import { type SharedStep, writeShare } from "./threads/share.ts";
import { type Plan, planStages, type Step } from "./threads/stages.ts";
import { timeOf } from "./threads/time.ts";
import { writeTopkKernel } from "./topk.ts";

export { mathImports } from "./math/imports.ts";

export interface EmittedProgram {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes of scratch memory that a thread needs, and from one thread to the next. */
  readonly scratch: number;
  readonly steps: readonly { readonly name: string; readonly words: string; readonly units: number }[];
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
  { relaxed, memory, threads = 1 }: EmitOptions,
): EmittedProgram {
  const module = new Module(memory);
  const context = kernelContext(module, program, relaxed);
  const stepOfSite: number[] = [];
  const written = program.kernels.map((kernel, step) => {
    const one = writers[kernel.kind](context, kernel as never, kernel.name);
    while (stepOfSite.length < context.sites.length) stepOfSite.push(step);
    return one;
  });
  const steps = written.map(
    (kernel, i): SharedStep => ({
      part: writeStep(module, `step${i}`, kernel, offsets),
      units: kernel.units,
      decided: isDecided(program.kernels[i]),
    }),
  );
  writeRun(module, steps);
  const scratch = align(Math.max(0, ...written.map((kernel) => kernel.scratch)));
  const plan = threads > 1 && memory.shared ? planStages(program.kernels.map(stepOf(written)), { offsets }) : null;
  if (plan) module.export("share", writeShare(module, steps, { plan, threads, scratch }));
  return {
    bytes: module.bytes(),
    scratch,
    steps: written.map(({ words, units }, i) => ({ name: program.kernels[i].name, words, units })),
    sites: context.sites,
    stepOfSite,
    threads,
    plan,
  };
}

const stepOf =
  (written: readonly WrittenKernel[]) =>
  (kernel: Kernel, i: number): Step => ({
    kernel,
    units: written[i].units,
    time: timeOf(kernel),
    bound: callsMath(kernel),
    decided: isDecided(kernel),
  });

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
  if (offset === undefined) throw new Error(`internal: ${buffer.name} has no place in the arena`);
  code.memory("i32.load", table.arena).i32(offset).op("i32.add");
}

function writeRun(module: Module, steps: readonly SharedStep[]): void {
  const run = module.function("run", { parameters: ["i32"], results: [] }, (code, words) => {
    code.block((done) => {
      for (const { part, units, decided } of steps) {
        code.get(words).get(words).memory("i32.load", table.scratch).i32(0).i32(units).call(part);
        if (decided) code.get(words).memory("i32.load", table.failure).brIf(done);
      }
    });
  });
  module.export("run", run);
}
