// Writes the kernel "convolution" as a function over a range of its units of work: its accesses become the sizes and strides of a
// ConvolutionSpec, and its epilogue becomes `finish` (epilogue.ts).

import type { Buffer, Convolution, Store } from "../../../compiler/kernel.ts";
import { internal } from "../../../errors/error.ts";
import { variable } from "../../../loops/build.ts";
import { scheduleConvolution } from "../../../schedule/products/convolution/schedule.ts";
import type { ConvolutionSpec } from "../../../schedule/products/convolution/spec.ts";
import { isDirect } from "../../../schedule/products/finisher.ts";
import type { Code, Local } from "../assembler/assembler.ts";
import { failuresOf } from "../callees/callees.ts";
import { type KernelContext, type KernelWriter, kernelParameters } from "../kernel-writer.ts";
import {
  convolutionScratch,
  convolutionUnits,
  describeConvolution,
  finishedLanes,
  writeConvolution,
} from "./convolution.ts";
import { writeFinisher } from "./epilogue.ts";
import type { FinishedConvolution } from "./finished.ts";
import { writeScheduled } from "./scheduled.ts";

const bytes = 4;

const distinct = (buffers: readonly Buffer[]): Buffer[] => [...new Set(buffers)];

/** Pushes the address of a buffer's element. */
function address(code: Code, pointers: ReadonlyMap<Buffer, Local>, buffer: Buffer, offset = 0): void {
  const pointer = pointers.get(buffer);
  if (!pointer) throw internal(`no pointer to ${buffer.name}`);
  code.get(pointer);
  if (offset !== 0) code.i32(offset * bytes).op("i32.add");
}

/** Sizes and strides of a kernel's convolution, without `finish`; `store` is the store that the product does itself. */
function convolutionSpec(
  { axes, channels, x, w, size, kernel, stride, padding, inputDilation, kernelDilation }: Convolution,
  store: Store | null,
  { relaxed, winograd }: KernelContext,
): ConvolutionSpec {
  const [batch, groups, outputs, rows, columns] = axes.map(({ size }) => size);
  const [image = 0, group = 0, output = 0, row = 0, column = 0] = store?.access.strides ?? [];
  return {
    batch,
    groups,
    channels,
    outputs,
    size,
    kernel,
    positions: [rows, columns],
    stride,
    padding,
    inputDilation,
    kernelDilation,
    relaxed,
    winograd,
    x: { image: x.strides[0], group: x.strides[1], channel: x.strides[2], row: x.strides[3], column: x.strides[4] },
    w: { group: w.strides[0], output: w.strides[1], channel: w.strides[2], row: w.strides[3], column: w.strides[4] },
    y: { image, group, output, row, column },
    ...(store ? {} : { stores: false as const }),
  };
}

/** Writes a convolution: its function calls writeConvolution's function once. */
export const writeConvolutionKernel: KernelWriter<Convolution> = (context, kernel, name) => {
  const scheduled = scheduleConvolution(kernel, context, failuresOf(context, variable("table")));
  if (scheduled !== null) return writeScheduled(context, name, scheduled);
  const { axes, x, w, epilogue } = kernel;
  const sizes = axes.map(({ size }) => size);
  const candidates = epilogue.stores.filter((store) => isDirect(epilogue, store));
  const store = candidates.find(({ access }) => access.strides[4] === 1) ?? candidates[0] ?? null;
  const plain = convolutionSpec(kernel, store, context);
  const variants = finishedLanes(plain);
  const { write, buffers } = writeFinisher(context, name, { epilogue, direct: store, lane: 4, sizes, variants });
  const spec: FinishedConvolution = !write
    ? plain
    : {
        ...plain,
        extras: 1 + buffers.length,
        finish: (code, { extras: [table, ...pointers], ...at }) =>
          write(code, { ...at, indices: [at.image, at.group, at.output, at.row, at.column], table, pointers }),
      };
  const product = writeConvolution(context.module, `${name}.product`, spec);
  const pointers = distinct([x.buffer, w.buffer, ...buffers]);
  const callee = context.module.function(
    name,
    { parameters: kernelParameters(pointers), results: [] },
    (code, ...parameters) => {
      const at = new Map(pointers.map((buffer, i) => [buffer, parameters[i]]));
      const [scratch, from, to, table] = parameters.slice(pointers.length);
      if (convolutionUnits(spec) === 0) return;
      address(code, at, x.buffer, x.offset);
      address(code, at, w.buffer, w.offset);
      if (store) address(code, at, store.access.buffer, store.access.offset);
      else code.i32(0);
      code.get(scratch).get(from).get(to);
      if (write) {
        code.get(table);
        for (const buffer of buffers) address(code, at, buffer);
      }
      code.call(product);
    },
  );
  return {
    callee,
    pointers,
    units: convolutionUnits(spec),
    scratch: convolutionScratch(spec),
    description: describeConvolution(spec),
  };
};
