// gpuReady: opens the GPU, once, and checks its numbers before anything else is computed on it.
import { registerBackend } from "../../compiler/compile.ts";
import { ChainruleError, wordsOf } from "../../errors/error.ts";
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

registerBackend(webgpu);

let opening: Promise<GpuStatus> | null = null;

/**
 * Opens the GPU if it is not open, or was lost. Calls at the same time share one opening. Where there was no adapter it looks again; one with
 * wrong results stays refused.
 */
export function openGpu(): Promise<GpuStatus> {
  if (opening === null || lastSession()?.lost) {
    opening = open().then((status) => {
      if (status.adapter === null) opening = null;
      return status;
    });
  }
  return opening;
}

async function open(): Promise<GpuStatus> {
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
