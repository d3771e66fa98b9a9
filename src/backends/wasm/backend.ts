// The passes from a graph to a running program, in order: kernels, places in the arena, a module.
import { allocate, verifyAllocation } from "../../compiler/allocate.ts";
import type { Backend } from "../../compiler/backend.ts";
import { fuse } from "../../compiler/fuse.ts";
import { verify } from "../../compiler/kernel-rules.ts";
import { split } from "../../compiler/split.ts";
import { emitProgram } from "./emit.ts";
import { hasFusedMultiplyAdd, requireVectors } from "./features.ts";
import { programMemory } from "./memory/memory.ts";
import { WasmProgram } from "./program.ts";
import { threadsFor } from "./threads/surroundings.ts";

/** Whether what the passes hand to each other is checked: in tests and in development. */
export const verification = { enabled: false };

export const wasm: Backend = {
  name: "wasm",
  prepare(simple, states, { relaxed, threads: asked }) {
    requireVectors();
    const graph = split(simple);
    const kernels = fuse(graph);
    if (verification.enabled) verify(kernels);
    const allocation = allocate(kernels);
    if (verification.enabled) verifyAllocation(kernels, allocation);
    const threads = threadsFor(asked);
    const options = { relaxed: relaxed && hasFusedMultiplyAdd(), memory: programMemory.limits, threads };
    return new WasmProgram({ graph, kernels, allocation, emitted: emitProgram(kernels, allocation, options) }, states);
  },
};
