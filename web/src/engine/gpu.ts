// Finds the GPU for an engine. Where the browser has no WebGPU, nothing is asked of the library.
import { ChainruleError, gpuReady } from "chainrule";

/** Why a GPU is not used, in kinds for which the page has words. */
export type Refusal =
  /** Its check found wrong numbers of this op. */
  | { readonly why: "wrong"; readonly op: string }
  /** The system took it away. */
  | { readonly why: "lost" }
  /** It has not enough memory. */
  | { readonly why: "memory" }
  | { readonly why: "failed" };

/** A GPU as the page tells of it. */
export interface GpuFacts {
  readonly adapter: string;
  /** Whether it computes on the processor: a GPU only by name. */
  readonly software: boolean;
  /** null if it can be used. */
  readonly refusal: Refusal | null;
}

/** null where there is no GPU. */
export async function findGpu(): Promise<GpuFacts | null> {
  if (!("gpu" in navigator)) return null;
  const { adapter, software, reason } = await gpuReady();
  if (adapter === null) return null;
  const op = / computes (.+?) wrongly:/.exec(reason ?? "")?.[1];
  const refusal: Refusal | null = reason === null ? null : op === undefined ? { why: "failed" } : { why: "wrong", op };
  return { adapter, software, refusal };
}

/** Why the GPU cannot go on; null for an error that is not the GPU's. */
export function refusalIn(error: unknown): Refusal | null {
  if (!(error instanceof ChainruleError)) return null;
  if (error.code === "device") return { why: "lost" };
  return error.code === "memory" ? { why: "memory" } : null;
}
