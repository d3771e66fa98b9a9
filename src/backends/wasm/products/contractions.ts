// Writes the kernel "convolution" as a function over a range of its units of work: the schedule has the sizes and strides of the
// convolution, and the kernel's epilogue becomes `finish` (epilogue.ts).

import type { Access, Buffer } from "../../../compiler/kernel.ts";
import { internal } from "../../../errors/error.ts";
import { variable } from "../../../loops/build.ts";
import { hasLoops } from "../../../schedule/products/convolution/build.ts";
import { convolutionRoutine } from "../../../schedule/products/convolution/routine.ts";
import type { Code, Local } from "../assembler/assembler.ts";
import { calleesOf, failuresOf } from "../callees/callees.ts";
import { type KernelWriter, kernelParameters } from "../kernel-writer.ts";
import { writeFunction } from "../loops/write.ts";
import { writeConvolution } from "./convolution.ts";
import { writeFinisher } from "./epilogue.ts";
import type { FinishedConvolution } from "./finished.ts";

const bytes = 4;

/** Pushes the address of an access's first element. */
function address(
  code: Code,
  pointers: ReadonlyMap<Buffer, Local>,
  { buffer, offset }: Pick<Access, "buffer" | "offset">,
): void {
  const pointer = pointers.get(buffer);
  if (!pointer) throw internal(`no pointer to ${buffer.name}`);
  code.get(pointer);
  if (offset !== 0) code.i32(offset * bytes).op("i32.add");
}

/** Writes a convolution: its function calls writeConvolution's function once. */
export const writeConvolutionKernel: KernelWriter<"convolution"> = (context, schedule, name) => {
  const { kernel, buffers: pointers, plan, store, units } = schedule;
  if (hasLoops(plan)) {
    const routine = convolutionRoutine(schedule, failuresOf(context, variable("table")));
    return writeFunction(context.module, { ...routine, name }, calleesOf(context));
  }
  const { axes, x, w, epilogue } = kernel;
  const sizes = axes.map(({ size }) => size);
  const lanes = { lane: 4, sizes, variants: plan.finishes };
  const { write, buffers } = writeFinisher(context, name, { epilogue, direct: store, ...lanes });
  const spec: FinishedConvolution = !write
    ? schedule.spec
    : {
        ...schedule.spec,
        extras: 1 + buffers.length,
        finish: (code, { extras: [table, ...pointers], ...at }) =>
          write(code, { ...at, indices: [at.image, at.group, at.output, at.row, at.column], table, pointers }),
      };
  const product = writeConvolution(context.module, `${name}.product`, spec, plan);
  return context.module.function(
    name,
    { parameters: kernelParameters(pointers), results: [] },
    (code, ...parameters) => {
      const at = new Map(pointers.map((buffer, i) => [buffer, parameters[i]]));
      const [scratch, from, to, table] = parameters.slice(pointers.length);
      if (units === 0) return;
      address(code, at, x);
      address(code, at, w);
      if (store) address(code, at, store.access);
      else code.i32(0);
      code.get(scratch).get(from).get(to);
      if (write) {
        code.get(table);
        for (const buffer of buffers) address(code, at, { buffer, offset: 0 });
      }
      code.call(product);
    },
  );
};
