// The passes from a graph to a running program, in order: kernels, places in the arena, a module.
import { allocate, verifyAllocation } from "../../compiler/allocate.ts";
import type { Backend } from "../../compiler/backend.ts";
import { chain } from "../../compiler/chain.ts";
import { fuse } from "../../compiler/fuse.ts";
import { inPlace } from "../../compiler/in-place.ts";
import { verify } from "../../compiler/kernel-rules.ts";
import { split } from "../../compiler/split.ts";
import { emitProgram } from "./emit.ts";
import { hasFusedMultiplyAdd, requireVectors } from "./features.ts";
import { programMemory } from "./memory/memory.ts";
import { cutsAlong } from "./nest/loops.ts";
import { WasmProgram } from "./program.ts";
import { threadsFor } from "./threads/surroundings.ts";

/** Whether what the passes hand to each other is checked: in tests and in development. */
export const verification = { enabled: false };

export const wasm: Backend = {
  name: "wasm",
  prepare(simple, states, { relaxed, winograd, threads: asked }) {
    requireVectors();
    const graph = split(simple);
    const threads = threadsFor(asked);
    const kernels = chain(inPlace(fuse(graph)), cutsAlong, threads);
    if (verification.enabled) verify(kernels);
    const allocation = allocate(kernels);
    if (verification.enabled) verifyAllocation(kernels, allocation);
    const options = { relaxed: relaxed && hasFusedMultiplyAdd(), winograd, memory: programMemory.limits, threads };
    const emitted = emitProgram(kernels, allocation, options);
    return new WasmProgram({ graph, kernels, allocation, emitted, relaxed: options.relaxed }, states);
  },
};
