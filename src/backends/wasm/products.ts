// Writes the kernels "matmul" and "convolution" from their loop programs.
import { variable } from "../../loops/build.ts";
import type { Routine } from "../../loops/program.ts";
import type { Failures } from "../../schedule/body/points.ts";
import { convolutionRoutine } from "../../schedule/products/convolution/routine.ts";
import { matmulRoutine } from "../../schedule/products/matmul/routine.ts";
import { calleesOf, failuresOf } from "./callees/callees.ts";
import type { KernelWriter } from "./kernel-writer.ts";
import { writeFunction } from "./loops/write.ts";

type Product = "matmul" | "convolution";
type ScheduleOf<K extends Product> = Parameters<KernelWriter<K>>[1];

const writerOf =
  <K extends Product>(routineOf: (schedule: ScheduleOf<K>, failures: Failures) => Routine): KernelWriter<K> =>
  (context, schedule, name) => {
    const routine = routineOf(schedule, failuresOf(context, variable("table")));
    return writeFunction(context.module, { ...routine, name }, calleesOf(context));
  };

export const writeMatmulKernel = writerOf<"matmul">(matmulRoutine);
export const writeConvolutionKernel = writerOf<"convolution">(convolutionRoutine);
