// Registers the backends of compile(), and the programs that compute large eager operations. No other file chooses backends.
import { registerBackend } from "../compiler/compile.ts";
import { registerDevice } from "../compiler/devices.ts";
import { takes } from "../tensor/arguments.ts";
import { carryLarge } from "../tensor/eager.ts";
import { carryStreams } from "../tensor/stream.ts";
import { oneOpPrograms } from "./one-op.ts";
import { reduceLarge } from "./reductions.ts";
import { reference } from "./reference.ts";
import { streamFunction, streamOperation } from "./streams.ts";
import { wasm } from "./wasm/backend.ts";
import { threadsReady as threadsOfPool } from "./wasm/threads/pool.ts";
import type { GpuStatus } from "./webgpu/ready.ts";

registerBackend(wasm);
registerBackend(reference);
carryLarge({ product: oneOpPrograms(wasm), elementwise: streamOperation, reduction: reduceLarge });
carryStreams(streamFunction);
registerDevice("webgpu", gpuReady);

/** Waits until all workers have started or failed, and returns the number of threads that programs can use. */
export function threadsReady(): Promise<number> {
  takes("threadsReady", arguments.length, 0);
  return threadsOfPool();
}

/**
 * Finds and opens the GPU (WebGPU: in pages and workers, and in Node with the package webgpu), and tells what it found; it never throws for
 * a missing one: `reason` says what helps. Await it once before the first call of a function that is compiled with `{ backend: "webgpu" }`.
 * The first call runs small programs on the GPU and compares their results: a GPU that computes something else is not used. After a GPU
 * was lost, it opens one again. Throws a ChainruleError "type" for arguments.
 */
export function gpuReady(): Promise<GpuStatus> {
  takes("gpuReady", arguments.length, 0);
  return openedGpu();
}

async function openedGpu(): Promise<GpuStatus> {
  // All that the GPU needs is loaded here, so that programs and pages without it do not carry it.
  const { openGpu } = await import("./webgpu/ready.ts");
  return openGpu();
}
