// Finds the GPU for an engine. Where the browser has no WebGPU, nothing is asked of the library.
import { gpuReady } from "chainrule";

/** A GPU as the page tells of it. */
export interface GpuFacts {
  readonly adapter: string;
  /** Whether it computes on the processor: a GPU only by name. */
  readonly software: boolean;
  /** Why it is not used, in the library's words; null if it can be. */
  readonly refusal: string | null;
}

/** null where there is no GPU. */
export async function findGpu(): Promise<GpuFacts | null> {
  if (!("gpu" in navigator)) return null;
  const { available, adapter, software, reason } = await gpuReady();
  return adapter === null ? null : { adapter, software, refusal: available ? null : reason };
}
