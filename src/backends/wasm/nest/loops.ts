// Loops and scans as functions. Both are loop nests (nest/): a scan is a sum along its last axis that also stores what it has so far.
import { type Buffer, type Loops, readsOf, type Scan, writesOf } from "../../../compiler/kernel.ts";
import {
  formOf,
  type KernelContext,
  type KernelWriter,
  kernelParameters,
  type WrittenKernel,
} from "../kernel-writer.ts";
import { type Nest, unitsOf } from "./nest.ts";
import { describeSchedule, schedule } from "./schedule.ts";
import { NestWriter } from "./write.ts";

export const writeLoops: KernelWriter<Loops> = (context, kernel, name) =>
  writeNest(context, { ...kernel, running: null }, buffersOf(kernel), name);

export const writeScan: KernelWriter<Scan> = (context, kernel, name) => {
  const { axes, body, value, store } = kernel;
  const last = axes.length - 1;
  const nest: Nest = {
    axes: axes.map(({ size, kind }, axis) => ({ size, kind: axis === last ? "reduce" : kind })),
    body,
    stores: [],
    reductions: [{ combine: "sum", value, dtype: store.buffer.dtype }],
    epilogue: { instructions: [], stores: [] },
    running: store,
  };
  return writeNest(context, nest, buffersOf(kernel), name);
};

const buffersOf = (kernel: Loops | Scan): Buffer[] => [
  ...new Set([...readsOf(kernel), ...writesOf(kernel)].map(({ buffer }) => buffer)),
];

function writeNest(context: KernelContext, nest: Nest, pointers: readonly Buffer[], name: string): WrittenKernel {
  const form = formOf([...nest.body, ...nest.epilogue.instructions].map(({ dtype }) => dtype));
  const plan = schedule(nest, form);
  const units = unitsOf(nest, plan);
  const parameters = kernelParameters(pointers);
  const callee = context.module.function(name, { parameters, results: [] }, (code, ...locals) => {
    if (units === 0) return;
    const bases = new Map(pointers.map((buffer, i) => [buffer, locals[i]]));
    const [from, to, table] = locals.slice(pointers.length + 1);
    new NestWriter({ context, nest, plan, form, code, bases, table }).write(from, to);
  });
  return { callee, pointers, units, scratch: 0, words: describeSchedule(nest, plan, form) };
}
