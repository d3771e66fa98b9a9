// --backend xla: the processes that train together, on this machine or on several. Each runs the same command and reads its own rows of each
// batch. Process 0 says what happens, writes the files and tests the net; the others are silent. Where no address is given, process 0 starts
// the others on this machine.
import { type ChildProcess, spawn } from "node:child_process";
import { Writable } from "node:stream";
import type { ProcessOf } from "chainrule";
import type { XlaStatus } from "chainrule-xla";
import { BadInput } from "../failure.ts";
import { currentStreams, useStreams } from "../terminal/output.ts";
import { Screen } from "../terminal/screen.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { TrainOptions } from "./job.ts";

/** The processes of a training, as one of them sees them. */
export interface Processes {
  /** What computes, in words: "XLA on 2 cpu devices of 2 processes". */
  readonly words: string;
  /** Which of the processes this one is; undefined for one alone. */
  readonly share: ProcessOf | undefined;
  /** Whether this process writes files and says what happens. */
  readonly leads: boolean;
  /** Ends the training together with the others, or at once if this process was stopped; the weights have to be in host memory. */
  end(how: { readonly stopped: boolean }): Promise<void>;
}

/** Starts XLA, and joins the other processes; null for WebAssembly. Throws BadInput where the options, Python or jax do not allow it. */
export async function joinProcesses(options: TrainOptions): Promise<Processes | null> {
  if (options.backend !== "xla") {
    for (const name of ["processes", "process", "coordinator"] as const)
      if (options[name] !== undefined) throw new BadInput(`--${name}: is for --backend xla`);
    return null;
  }
  const { localCoordinator, xlaReady, xlaClose } = await import("chainrule-xla").catch((error: unknown) => {
    throw new BadInput("--backend xla: needs the package chainrule-xla: npm install chainrule-xla", { cause: error });
  });
  const given = placeOf(options);
  const isStarter = given.processes > 1 && given.coordinator === null;
  const coordinator = isStarter ? await localCoordinator() : given.coordinator;
  const place = { processes: given.processes, process: isStarter ? 0 : (given.process ?? 0), coordinator };
  const leads = place.process === 0;
  if (!leads) beSilent();
  const others = isStarter ? new Others(place.processes, String(coordinator)) : null;
  const screen = new Screen(options.json ?? false);
  const waiting = setTimeout(() => screen.say(waitingWords(place)), 1000 * secondsBeforeWaiting);
  const status = await Promise.race([
    xlaReady({ ...place, coordinator: coordinator ?? undefined }),
    ...(others === null ? [] : [others.failed]),
  ]).finally(() => clearTimeout(waiting));
  if (!status.available) throw new BadInput(`--backend xla: ${status.reason}`);
  return {
    words: wordsOf(status),
    share: status.processes > 1 ? { process: status.process, processes: status.processes } : undefined,
    leads,
    end: ({ stopped }) => xlaClose({ wait: !stopped }),
  };
}

/** Process 0 says what it waits for where this takes longer: another machine may not have started, or not reach it. */
const secondsBeforeWaiting = 10;

const waitingWords = ({ processes, coordinator }: Place): string =>
  processes === 1 ? "JAX is still starting" : `waiting at ${coordinator} until all ${processes} processes have started`;

/** Throws BadInput where a training cannot run on XLA, or its processes cannot divide the batches. */
export function checkXla(
  options: TrainOptions,
  batchSize: number | undefined,
  { isWhole }: { readonly isWhole: boolean },
): void {
  if (options.backend !== "xla") return;
  if (options.profile) throw new BadInput("--profile: shows kernels of WebAssembly; leave out --backend xla");
  if (options.folds !== undefined) throw new BadInput("--folds: runs on WebAssembly; leave out --backend xla");
  if (!isWhole) throw new BadInput("--backend xla: trains whole nets, and this one is pretrained; add --from none");
  const { processes } = placeOf(options);
  if (batchSize !== undefined && batchSize % processes !== 0)
    throw new BadInput(
      `--batch-size ${batchSize}: ${processes} processes do not divide it; use a multiple of ${processes}`,
    );
}

/** What to say when the processes cannot go on together. */
export function lostWords(
  { resumeBy, checkpoints }: { readonly resumeBy: (file: string) => string; readonly checkpoints: Checkpoints },
  reason: string,
): string {
  const cure = checkpoints.written
    ? `to go on, with as many processes or another number: ${resumeBy(checkpoints.file)}`
    : "there is no checkpoint yet, so the training begins again";
  return `another process of the training has ended, or the network between them failed; ${cure}. XLA said: ${reason}`;
}

interface Place {
  readonly processes: number;
  readonly process: number | null;
  readonly coordinator: string | null;
}

function placeOf(options: TrainOptions): Place {
  const { CHAINRULE_PROCESSES, CHAINRULE_PROCESS, CHAINRULE_COORDINATOR } = process.env;
  const number = (given: number | undefined, variable: string, text = ""): number | null => {
    if (given !== undefined || text === "") return given ?? null;
    if (!/^\d+$/.test(text)) throw new BadInput(`${variable}: is ${JSON.stringify(text)}; set it to a whole number`);
    return Number(text);
  };
  const coordinator = options.coordinator ?? (CHAINRULE_COORDINATOR || null);
  const place = {
    processes: number(options.processes, "CHAINRULE_PROCESSES", CHAINRULE_PROCESSES) ?? 1,
    process: number(options.process, "CHAINRULE_PROCESS", CHAINRULE_PROCESS),
    coordinator,
  };
  if (coordinator !== null && (place.process === null || place.process >= place.processes))
    throw new BadInput(
      `--coordinator ${coordinator}: also needs --processes, how many there are, and --process, which of them this one is, from 0`,
    );
  if (coordinator === null && place.process !== null && place.processes > 1)
    throw new BadInput("--process: also needs --coordinator HOST:PORT, the address of process 0");
  return place;
}

function wordsOf({ devices, platform, device, processes }: XlaStatus): string {
  const kind = platform === device || device === null ? platform : `${platform} (${device})`;
  const of = processes > 1 ? ` of ${processes} processes` : "";
  return `XLA on ${devices === 1 ? "one" : devices} ${kind} device${devices === 1 ? "" : "s"}${of}`;
}

/** What this process would say is said by process 0. Its errors go to stderr. */
function beSilent(): void {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  useStreams({ stdout: nowhere, stderr: currentStreams().stderr });
}

/** The other processes on this machine. */
class Others {
  /** Rejects as soon as one of them fails. */
  readonly failed: Promise<never>;

  constructor(count: number, coordinator: string) {
    const [, script, ...words] = process.argv;
    const children = Array.from({ length: count - 1 }, (_, i): ChildProcess => {
      const place = ["--coordinator", coordinator, "--process", String(i + 1)];
      const command = [...process.execArgv, script, ...words, ...place];
      return spawn(process.execPath, command, { stdio: ["ignore", "ignore", "pipe"], detached: true });
    });
    this.failed = new Promise((_, reject) => {
      for (const [i, child] of children.entries()) {
        let said = "";
        child.stderr?.setEncoding("utf8").on("data", (text: string) => {
          said += text;
        });
        child.once("close", (code) => {
          if (code !== 0)
            reject(new BadInput(`--processes: process ${i + 1} ended with status ${code}: ${said.trim()}`));
        });
        child.unref();
      }
    });
    // Whoever waits for it meanwhile gets the failure; later ones show in the runner.
    this.failed.catch(() => {});
    process.once("exit", () => {
      for (const child of children) child.kill();
    });
  }
}
