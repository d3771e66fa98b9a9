// The one runner of this process. It starts at the first call of a compiled function, or in xlaReady(); one that was lost is followed by a new
// one, unless it was one of a group, which cannot be joined again.
import { ChainruleError } from "chainrule";
import { type Settings, settingsOf, type XlaOptions } from "./runner/options.ts";
import { type Ready, Session } from "./runner/session.ts";

/** Whether XLA can be used, and what it runs on. */
export interface XlaStatus {
  readonly available: boolean;
  /** "cpu", "gpu" or "tpu"; null if it cannot be used. */
  readonly platform: string | null;
  /** The kind of a device: "NVIDIA H200"; null if it cannot be used. */
  readonly device: string | null;
  /** The number of all devices, of all processes. */
  readonly devices: number;
  /** The number of this process, from 0, and of all processes. */
  readonly process: number;
  readonly processes: number;
  /** The id of the runner's process, for programs that watch it; null if it cannot be used. */
  readonly pid: number | null;
  /** Why it cannot be used, and what to install; null if it can. */
  readonly reason: string | null;
}

let session: Session | null = null;

/** Starts a session, which ends in order when Node has nothing more to do. */
function start(settings: Settings): Session {
  const started = new Session(settings);
  process.once("beforeExit", () => void started.close(true));
  return started;
}

/** The session of this process. Throws where the group of which it was one has ended. */
export function currentSession(): Session {
  if (session?.lost && session.settings.group !== null) throw session.lost;
  if (session === null || session.lost !== null) session = start(settingsOf({}, environment()));
  return session;
}

/**
 * Starts the runner, a Python process with JAX, and tells what it found; it never throws for a missing Python or jax: `reason` says what to
 * install. The options hold for this process, and are those of the environment where they are left out. Throws if the runner has started
 * with other options already, or if options contradict each other.
 */
export async function xlaReady(options: XlaOptions = {}): Promise<XlaStatus> {
  const settings = settingsOf(options, environment());
  const isRunning = session !== null && session.lost === null;
  if (isRunning && JSON.stringify(session?.settings) !== JSON.stringify(settings))
    throw new ChainruleError(
      "order",
      "xlaReady",
      "the runner has started with other options; call xlaReady before the first program",
    );
  try {
    if (session === null || !isRunning) session = start(settings);
    return statusOf(await session.ready());
  } catch (error) {
    if (!(error instanceof ChainruleError)) throw error;
    return {
      available: false,
      platform: null,
      device: null,
      devices: 0,
      process: 0,
      processes: 1,
      pid: null,
      reason: error.words,
    };
  }
}

/**
 * Ends the runner; what it holds is lost. Settle what is still needed first. The next call starts a new one. In a group it waits until all
 * processes end theirs, or for the time of a heartbeat; with `wait: false` it ends at once, and the others fail in their next step.
 */
export async function xlaClose({ wait = true }: { readonly wait?: boolean } = {}): Promise<void> {
  await session?.close(wait);
  session = null;
}

const statusOf = ({ platform, device, devices, process, processes, pid }: Ready): XlaStatus => ({
  available: true,
  platform,
  device,
  devices,
  process,
  processes,
  pid,
  reason: null,
});

const environment = (): Readonly<Record<string, string | undefined>> =>
  typeof process === "object" ? process.env : {};
