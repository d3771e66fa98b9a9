// Writes the kernel "topk" from its loop program.
import { topkRoutine } from "../../schedule/topk.ts";
import { type KernelWriter, kernelParameters } from "./kernel-writer.ts";
import { writeRoutine } from "./loops/write.ts";

export const writeTopkKernel: KernelWriter<"topk"> = ({ module }, schedule, name) => {
  const { buffers } = schedule;
  const routine = topkRoutine(schedule);
  return module.function(name, { parameters: kernelParameters(buffers), results: [] }, (code, ...parameters) => {
    const count = buffers.length + 1;
    writeRoutine(code, routine, parameters.slice(0, count), parameters.slice(count, -1));
  });
};
