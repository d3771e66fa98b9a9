// Writes the kernel "topk" from its loop program.
import type { Topk } from "../../compiler/kernel.ts";
import { scheduleTopk } from "../../schedule/topk.ts";
import { type KernelWriter, kernelParameters } from "./kernel-writer.ts";
import { writeRoutine } from "./loops/write.ts";

export const writeTopkKernel: KernelWriter<Topk> = ({ module }, kernel, name) => {
  const { routine, buffers, units, scratchBytes, description } = scheduleTopk(kernel);
  const callee = module.function(
    name,
    { parameters: kernelParameters(buffers), results: [] },
    (code, ...parameters) => {
      const count = buffers.length + 1;
      writeRoutine(code, routine, parameters.slice(0, count), parameters.slice(count, -1));
    },
  );
  return { callee, pointers: buffers, units, scratch: scratchBytes, description };
};
