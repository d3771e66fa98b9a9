// Kernels become one WebAssembly module. A kernel is a function over a range of its units of work; `step0`, `step1`, ... look its buffers
// up in the program's table (layout.ts) and call it on all of them, `run` does all steps in order, and stops after one that met an
// index outside of its buffer. The module imports the memory, and Math (mathImports) if a kernel computes in float64.
import type { Buffer, Kernel, KernelProgram } from "../../compiler/kernel.ts";
import { type Code, type Local, type Memory, Module, type Function as WasmFunction } from "./assembler/assembler.ts";
import { kernelContext } from "./kernel-context.ts";
import { isDecided, type KernelWriter, type Site, type WrittenKernel } from "./kernel-writer.ts";
import { table } from "./layout.ts";
import { writeLoops, writeScan } from "./nest/loops.ts";
import { writeConvolutionKernel, writeMatmulKernel } from "./products/contractions.ts";
import { writeTopkKernel } from "./topk.ts";

export { mathImports } from "./math/imports.ts";

export interface EmittedProgram {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes of scratch memory that a thread needs. */
  readonly scratch: number;
  readonly steps: readonly { readonly name: string; readonly words: string; readonly units: number }[];
  readonly sites: readonly Site[];
}

export interface EmitOptions {
  /** Whether products and sums of them may be rounded at once. */
  readonly relaxed: boolean;
  readonly memory: Memory;
}

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
  { relaxed, memory }: EmitOptions,
): EmittedProgram {
  const module = new Module(memory);
  const context = kernelContext(module, program, relaxed);
  const written = program.kernels.map((kernel) => writers[kernel.kind](context, kernel as never, kernel.name));
  const steps = written.map((kernel, i) => writeStep(module, `step${i}`, kernel, offsets));
  writeRun(
    module,
    steps.map((step, i) => ({ step, decided: isDecided(program.kernels[i]) })),
  );
  return {
    bytes: module.bytes(),
    scratch: Math.max(0, ...written.map(({ scratch }) => scratch)),
    steps: written.map(({ words, units }, i) => ({ name: program.kernels[i].name, words, units })),
    sites: context.sites,
  };
}

function writeStep(
  module: Module,
  name: string,
  { callee, pointers, units }: WrittenKernel,
  offsets: ReadonlyMap<Buffer, number>,
): WasmFunction {
  const step = module.function(name, { parameters: ["i32"], results: [] }, (code, words) => {
    for (const buffer of pointers) pushAddress(code, words, buffer, offsets);
    code.get(words).memory("i32.load", table.scratch).i32(0).i32(units).get(words).call(callee);
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

function writeRun(module: Module, steps: readonly { readonly step: WasmFunction; readonly decided: boolean }[]): void {
  const run = module.function("run", { parameters: ["i32"], results: [] }, (code, words) => {
    code.block((done) => {
      for (const { step, decided } of steps) {
        code.get(words).call(step);
        if (decided) code.get(words).memory("i32.load", table.failure).brIf(done);
      }
    });
  });
  module.export("run", run);
}
