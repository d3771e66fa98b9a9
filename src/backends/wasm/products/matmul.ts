// Writes the kernel "matmul" from its loop program.
import type { Matmul } from "../../../compiler/kernel.ts";
import { variable } from "../../../loops/build.ts";
import { scheduleMatmul } from "../../../schedule/products/matmul/schedule.ts";
import { calleesOf, failuresOf } from "../callees/callees.ts";
import type { KernelWriter } from "../kernel-writer.ts";
import { writeFunction } from "../loops/write.ts";

export const writeMatmulKernel: KernelWriter<Matmul> = (context, kernel, name) => {
  const failures = failuresOf(context, variable("table"));
  const { routine, buffers, units, scratchBytes, description } = scheduleMatmul(kernel, context.relaxed, failures);
  const callee = writeFunction(context.module, { ...routine, name }, calleesOf(context));
  return { callee, pointers: buffers, units, scratch: scratchBytes, description };
};
