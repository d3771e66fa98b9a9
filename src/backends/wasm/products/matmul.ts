// Writes the kernel "matmul" from its loop program.
import { variable } from "../../../loops/build.ts";
import { matmulRoutine } from "../../../schedule/products/matmul/routine.ts";
import { calleesOf, failuresOf } from "../callees/callees.ts";
import type { KernelWriter } from "../kernel-writer.ts";
import { writeFunction } from "../loops/write.ts";

export const writeMatmulKernel: KernelWriter<"matmul"> = (context, schedule, name) => {
  const routine = matmulRoutine(schedule, failuresOf(context, variable("table")));
  return writeFunction(context.module, { ...routine, name }, calleesOf(context));
};
