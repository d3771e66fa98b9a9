// Writes a kernel from its loop program.
import type { Scheduled } from "../../../schedule/scheduled.ts";
import { calleesOf } from "../callees/callees.ts";
import type { KernelContext, WrittenKernel } from "../kernel-writer.ts";
import { writeFunction } from "../loops/write.ts";

export function writeScheduled(context: KernelContext, name: string, scheduled: Scheduled): WrittenKernel {
  const { routine, buffers, units, scratchBytes, description } = scheduled;
  const callee = writeFunction(context.module, { ...routine, name }, calleesOf(context));
  return { callee, pointers: buffers, units, scratch: scratchBytes, description };
}
