// gpuReady: opens the GPU, once, and checks its numbers before anything else is computed on it. Only a program that calls it, or fit, has the
// GPU's backend in its bundle; a dynamic import would split bundles, which scripts and workers of the form "iife" cannot be.
import { registerBackend } from "../../compiler/compile.ts";
import { ChainruleError, wordsOf } from "../../errors/error.ts";
import { takes } from "../../tensor/arguments.ts";
import { webgpu } from "./backend.ts";
import { checkDevice } from "./check.ts";
import { lastSession, use } from "./current.ts";
import { findAdapter } from "./find.ts";
import { Session } from "./session.ts";

/** Whether there is a GPU for programs, and what it is. */
export interface GpuStatus {
  /** Whether compile(f, { backend: "webgpu" }) works. */
  readonly available: boolean;
  /** The adapter's name, also of one that is not used; null if there is none. */
  readonly adapter: string | null;
  /** Whether the adapter computes on the processor: it is a GPU only by name, and slower than WebAssembly. */
  readonly software: boolean;
  /** Why there is no GPU for programs, and what helps; null if there is one. */
  readonly reason: string | null;
}

let opening: Promise<GpuStatus> | null = null;

/**
 * Finds and opens the GPU (WebGPU: in pages and workers, and in Node with the package webgpu), and tells what it found; it never throws for
 * a missing one: `reason` says what helps. Await it once before the first call of a function that is compiled with `{ backend: "webgpu" }`.
 * The first call runs small programs on the GPU and compares their results: a GPU that computes something else is not used. After a GPU
 * was lost, or had not enough memory, it opens one again. Throws a ChainruleError "type" for arguments.
 */
export function gpuReady(): Promise<GpuStatus> {
  takes("gpuReady", arguments.length, 0);
  return openGpu();
}

/** Calls at the same time share one opening. Where there was no adapter it looks again; one with wrong results stays refused. */
function openGpu(): Promise<GpuStatus> {
  if (opening === null || (lastSession()?.end ?? null) !== null) {
    opening = open().then((status) => {
      if (status.adapter === null) opening = null;
      return status;
    });
  }
  return opening;
}

async function open(): Promise<GpuStatus> {
  registerBackend(webgpu);
  // One that reported an error still has its memory.
  lastSession()?.device.destroy();
  use(null);
  const { adapter, reason } = await findAdapter();
  if (adapter === null) return { available: false, adapter: null, software: false, reason };
  let session: Session;
  try {
    session = await Session.open(adapter);
  } catch (error) {
    return { available: false, adapter: null, software: false, reason: `requestDevice failed: ${wordsOf(error)}` };
  }
  const { adapter: name, software } = session;
  try {
    await checkDevice(session);
    use(session);
    return { available: true, adapter: name, software, reason: null };
  } catch (error) {
    session.device.destroy();
    const words = error instanceof ChainruleError ? error.words : String(error);
    return { available: false, adapter: name, software, reason: words };
  }
}
