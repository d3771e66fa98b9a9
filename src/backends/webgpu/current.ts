// The one session of this page or process.
import { ChainruleError } from "../../errors/error.ts";
import type { Session } from "./session.ts";

let session: Session | null = null;

/** The session that programs use from now on. */
export function use(opened: Session | null): void {
  session = opened;
}

/** The session that was opened last; it may be lost. */
export const lastSession = (): Session | null => session;

/** The session; throws if there is none, or if it was lost. */
export function currentSession(): Session {
  if (session === null)
    throw new ChainruleError(
      "order",
      "compile",
      'the GPU is not ready: `await gpuReady()` once before the first call of a function with backend "webgpu"; it tells whether there is one',
    );
  session.check();
  return session;
}
