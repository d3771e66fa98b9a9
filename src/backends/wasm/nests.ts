// Writes the kernels "loops" and "scan" from their loop programs.
import { variable } from "../../loops/build.ts";
import type { Routine } from "../../loops/program.ts";
import { nestStatements } from "../../schedule/nest/build.ts";
import { memoryOf } from "../../schedule/routine.ts";
import { calleesOf, failuresOf } from "./callees/callees.ts";
import { type KernelWriter, kernelParameters } from "./kernel-writer.ts";
import { writeRoutine } from "./loops/write.ts";

export const writeNest: KernelWriter<"loops" | "scan"> = (context, { nest, plan, form, buffers, units }, name) =>
  context.module.function(name, { parameters: kernelParameters(buffers), results: [] }, (code, ...locals) => {
    if (units === 0) return;
    const memories = new Map(buffers.map((buffer) => [buffer, memoryOf(buffer)]));
    const [from, to, table] = [variable("from"), variable("to"), variable("table")];
    const failures = failuresOf(context, table);
    const body = nestStatements({ nest, plan, form, memories, failures }, from, to);
    const routine: Routine = { name, memories: [...memories.values()], parameters: [from, to, table], body };
    const addresses = locals.slice(0, buffers.length);
    writeRoutine(code, routine, addresses, locals.slice(buffers.length + 1), calleesOf(context));
  });
