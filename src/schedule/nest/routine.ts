// The loops of the kernels "loops" and "scan": a loop over units of work, inside it the loops that the schedule chose.
import { variable } from "../../loops/build.ts";
import type { Memory, Routine } from "../../loops/program.ts";
import type { Failures } from "../body/points.ts";
import { memoryOf } from "../routine.ts";
import { nestStatements } from "./build.ts";
import type { NestSchedule } from "./schedule.ts";

/** The routine of a nest. Its last parameter is the table to which an index out of range is reported. */
export function nestRoutine({ kernel, nest, plan, form, buffers, units }: NestSchedule, failures: Failures): Routine {
  const memories = new Map(buffers.map((buffer) => [buffer, memoryOf(buffer)]));
  const scratch: Memory = { name: "scratch", element: "f32" };
  const [from, to] = [variable("from"), variable("to")];
  return {
    name: kernel.name,
    memories: [...memories.values(), scratch],
    parameters: [from, to, failures.table],
    body: units === 0 ? [] : nestStatements({ nest, plan, form, memories, failures }, from, to),
  };
}
