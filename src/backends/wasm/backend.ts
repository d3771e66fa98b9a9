// The backend "wasm": the passes from a graph to a running program, in order.

import type { Backend } from "../../compiler/backend.ts";
import { fuse } from "../../compiler/fuse.ts";
import type { Graph } from "../../compiler/graph.ts";
import { inPlace } from "../../compiler/in-place.ts";
import type { KernelProgram } from "../../compiler/kernel.ts";
import { everywhere } from "../../compiler/loops/body.ts";
import { sumAfterLoops } from "../../compiler/loops/simplify-loops.ts";
import { multiply } from "../../compiler/one-by-one.ts";
import { scatterUpdates } from "../../compiler/rows.ts";
import { simplify } from "../../compiler/simplify.ts";
import { split } from "../../compiler/split.ts";
import { type Allocation, allocate } from "../../schedule/allocate.ts";
import { type ChainLimits, minPositions, type SharingLimits, splitLimits } from "../../schedule/limits.ts";
import { plainMachine } from "../../schedule/machine.ts";
import { scheduleProgram } from "../../schedule/program.ts";
import { emitProgram } from "./emit.ts";
import { hasFusedMultiplyAdd, requireVectors } from "./features.ts";
import { programMemory } from "./memory/memory.ts";
import { PieceProgram, piecesMemory } from "./pieces.ts";
import { WasmProgram } from "./program.ts";
import { threadsFor } from "./surroundings.ts";
import type { Waiting } from "./threads/pool.ts";

/** Checks the results of the passes and throws if they break a rule (kernel-rules.ts, verifyAllocation). */
export interface Verifier {
  kernels(program: KernelProgram): void;
  allocation(program: KernelProgram, allocation: Allocation): void;
}

/** What programs are made with. Users have the defaults; tests pass others. */
export interface WasmOptions {
  /** There is none by default, so that the rules are not part of a user's bundle. */
  readonly verifier?: Verifier | undefined;
  readonly chains?: ChainLimits | undefined;
  readonly sharing?: SharingLimits | undefined;
  readonly waiting?: Waiting | undefined;
}

/** A backend that compiles graphs to WebAssembly. */
export const wasmBackend = ({ verifier, chains, sharing, waiting }: WasmOptions = {}): Backend => ({
  name: "wasm",
  prepare(simple, states, { relaxed, winograd = false, threads: asked }) {
    requireVectors();
    const graph = everywhere(sumAfterLoops(simple, simplify), (part) =>
      multiply(split(scatterUpdates(part), splitLimits), minPositions),
    );
    const threads = threadsFor(asked);
    const machine = { relaxed: relaxed && hasFusedMultiplyAdd(), winograd, threads };
    const kernels = scheduleProgram(inPlace(fuse(graph)), machine, chains);
    const allocation = allocateVerified(kernels, verifier);
    const emitted = emitProgram(kernels, allocation, { memory: programMemory.limits, threads, sharing });
    return new WasmProgram({ graph, kernels, allocation, emitted, relaxed: machine.relaxed }, states, waiting);
  },
});

export const wasm: Backend = wasmBackend();

/** Compiles a pointwise graph for use on pieces (pieces.ts); products and sums are rounded separately. */
export function preparePieces(graph: Graph, verifier?: Verifier): PieceProgram {
  requireVectors();
  const kernels = scheduleProgram(inPlace(fuse(graph)), plainMachine, null);
  const allocation = allocateVerified(kernels, verifier);
  const emitted = emitProgram(kernels, allocation, { memory: piecesMemory.limits });
  return new PieceProgram(kernels, allocation, emitted);
}

/** Allocates the buffers; verifies kernels and allocation if there is a verifier. */
function allocateVerified(kernels: KernelProgram, verifier?: Verifier): Allocation {
  verifier?.kernels(kernels);
  const allocation = allocate(kernels);
  verifier?.allocation(kernels, allocation);
  return allocation;
}
