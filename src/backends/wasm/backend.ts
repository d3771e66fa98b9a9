// The backend "wasm": the passes from a graph to a running program, in order.
import { type Allocation, allocate } from "../../compiler/allocate.ts";
import type { Backend } from "../../compiler/backend.ts";
import { chain } from "../../compiler/chain.ts";
import { fuse } from "../../compiler/fuse.ts";
import type { Graph } from "../../compiler/graph.ts";
import { inPlace } from "../../compiler/in-place.ts";
import type { KernelProgram } from "../../compiler/kernel.ts";
import { multiply } from "../../compiler/one-by-one.ts";
import { split } from "../../compiler/split.ts";
import { emitProgram } from "./emit.ts";
import { hasFusedMultiplyAdd, requireVectors } from "./features.ts";
import { programMemory } from "./memory/memory.ts";
import { cutsAlong } from "./nests.ts";
import { PieceProgram, piecesMemory } from "./pieces.ts";
import { WasmProgram } from "./program.ts";
import { threadsFor } from "./threads/surroundings.ts";

/** Checks the results of the passes and throws if they break a rule (kernel-rules.ts, verifyAllocation). */
export interface Verifier {
  kernels(program: KernelProgram): void;
  allocation(program: KernelProgram, allocation: Allocation): void;
}

/** The verifier in use. Tests set one; there is none by default, so that the rules are not part of a user's bundle. */
export const verification: { by: Verifier | null } = { by: null };

/** Compiles graphs to WebAssembly. */
export const wasm: Backend = {
  name: "wasm",
  prepare(simple, states, { relaxed, winograd, threads: asked }) {
    requireVectors();
    const graph = multiply(split(simple));
    const threads = threadsFor(asked);
    const kernels = chain(inPlace(fuse(graph)), cutsAlong, threads);
    const allocation = allocateVerified(kernels);
    const options = { relaxed: relaxed && hasFusedMultiplyAdd(), winograd, memory: programMemory.limits, threads };
    const emitted = emitProgram(kernels, allocation, options);
    return new WasmProgram({ graph, kernels, allocation, emitted, relaxed: options.relaxed }, states);
  },
};

/** Compiles a pointwise graph for use on pieces (pieces.ts); products and sums are rounded separately. */
export function preparePieces(graph: Graph): PieceProgram {
  requireVectors();
  const kernels = inPlace(fuse(graph));
  const allocation = allocateVerified(kernels);
  const emitted = emitProgram(kernels, allocation, { relaxed: false, memory: piecesMemory.limits });
  return new PieceProgram(kernels, allocation, emitted);
}

/** Allocates the buffers; verifies kernels and allocation if there is a verifier. */
function allocateVerified(kernels: KernelProgram): Allocation {
  verification.by?.kernels(kernels);
  const allocation = allocate(kernels);
  verification.by?.allocation(kernels, allocation);
  return allocation;
}
