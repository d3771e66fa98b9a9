// Writes the kernel "matmul" from its loop program.
import type { Matmul } from "../../../compiler/kernel.ts";
import { variable } from "../../../loops/build.ts";
import { scheduleMatmul } from "../../../schedule/products/matmul/schedule.ts";
import { failuresOf } from "../callees/callees.ts";
import type { KernelWriter } from "../kernel-writer.ts";
import { writeScheduled } from "./scheduled.ts";

export const writeMatmulKernel: KernelWriter<Matmul> = (context, kernel, name) =>
  writeScheduled(context, name, scheduleMatmul(kernel, context.relaxed, failuresOf(context, variable("table"))));
