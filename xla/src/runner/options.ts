// How the runner is started: by the options of xlaReady(), otherwise by environment variables, which launchers such as Slurm's srun, mpirun
// or Kubernetes can set.
import { ChainruleError } from "chainrule";

/** Where and how the runner runs. */
export interface XlaOptions {
  /** The Python with jax; by default that of CHAINRULE_PYTHON, otherwise python3. */
  readonly python?: string | undefined;
  /** "cpu", "cuda" or "tpu"; by default CHAINRULE_XLA_PLATFORM, otherwise what JAX chooses. */
  readonly platform?: string | undefined;
  /** The address, HOST:PORT, on which process 0 listens for the others; by default CHAINRULE_COORDINATOR. */
  readonly coordinator?: string | undefined;
  /** The number of this process, from 0; by default CHAINRULE_PROCESS. */
  readonly process?: number | undefined;
  /** The number of processes; by default CHAINRULE_PROCESSES, otherwise 1. */
  readonly processes?: number | undefined;
  /** The number of devices along which shard() divides weights, by default CHAINRULE_XLA_MODEL, otherwise 1; the others divide the batch. */
  readonly model?: number | undefined;
  /** The number of CPU devices of this process, for trying out how work is divided; by default CHAINRULE_XLA_CPU_DEVICES, otherwise 1. */
  readonly cpuDevices?: number | undefined;
  /** Seconds after which a process that does not answer counts as dead; by default CHAINRULE_HEARTBEAT, otherwise 100. */
  readonly heartbeat?: number | undefined;
}

/** The settings of a runner, complete. */
export interface Settings {
  readonly python: string;
  readonly platform: string | null;
  readonly model: number | null;
  readonly cpuDevices: number | null;
  /** null for one process alone. */
  readonly group: Group | null;
}

export interface Group {
  readonly coordinator: string;
  readonly process: number;
  readonly processes: number;
  readonly heartbeat: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Completes options by the environment. Throws where they contradict each other. */
export function settingsOf(options: XlaOptions, environment: Environment): Settings {
  const text = (given: string | undefined, variable: string): string | null =>
    given ?? (environment[variable] === "" ? null : (environment[variable] ?? null));
  const number = (name: keyof XlaOptions, variable: string, from: number): number | null => {
    const given = options[name] ?? text(undefined, variable);
    if (given === null) return null;
    const value = Number(given);
    if (!Number.isInteger(value) || value < from)
      throw new ChainruleError(
        "option",
        "xlaReady",
        `${name} (${variable}) is a whole number from ${from} on, not ${given}`,
      );
    return value;
  };
  const coordinator = text(options.coordinator, "CHAINRULE_COORDINATOR");
  const processes = number("processes", "CHAINRULE_PROCESSES", 1) ?? 1;
  const process = number("process", "CHAINRULE_PROCESS", 0);
  const heartbeat = number("heartbeat", "CHAINRULE_HEARTBEAT", 1) ?? 100;
  if (processes > 1 && (coordinator === null || process === null))
    throw new ChainruleError(
      "option",
      "xlaReady",
      `${processes} processes need the address of process 0 (coordinator, CHAINRULE_COORDINATOR) and the number of this one (process, CHAINRULE_PROCESS)`,
    );
  if (process !== null && process >= processes)
    throw new ChainruleError("option", "xlaReady", `process ${process} is not one of ${processes}, which count from 0`);
  return {
    python: text(options.python, "CHAINRULE_PYTHON") ?? "python3",
    platform: text(options.platform, "CHAINRULE_XLA_PLATFORM"),
    model: number("model", "CHAINRULE_XLA_MODEL", 1),
    cpuDevices: number("cpuDevices", "CHAINRULE_XLA_CPU_DEVICES", 1),
    group:
      processes > 1 && coordinator !== null && process !== null ? { coordinator, process, processes, heartbeat } : null,
  };
}

/** The settings as arguments of `python -m chainrule_xla`. */
export function argumentsOf({ platform, model, cpuDevices, group }: Settings): string[] {
  const all = Object.entries({ platform, model, "cpu-devices": cpuDevices, ...group });
  return all.flatMap(([name, value]) => (value === null ? [] : [`--${name}`, String(value)]));
}
