// The backend "webgpu": the passes from a graph to a program on the GPU, in order. Small states that follow from themselves, such as the
// counter of random numbers, stay in host memory (hostUpdates).
import type { Backend } from "../../compiler/backend.ts";
import { hostUpdates } from "../../compiler/host-updates.ts";
import { WebGpuProgram } from "./program.ts";

export const webgpu: Backend = {
  name: "webgpu",
  isDevice: true,
  prepare: (graph, states) => new WebGpuProgram(hostUpdates(graph), states),
};
