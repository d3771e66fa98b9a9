// Finds out whether threads are possible in this environment and how many programs may use. It checks nothing before the first program
// needs to know, so that the library also loads where shared memory, workers or permissions are missing.
import { checkWhole } from "../../errors/numbers.ts";

/** Largest number of threads. */
export const maxThreads = 64;

/** Largest number of threads by default; more have to be asked for. */
const maxDefaultThreads = 16;

/** Node's function for its built-in modules, which Deno and Bun have as well; undefined in a page. */
export const builtinModules = (): typeof process.getBuiltinModule | undefined =>
  typeof process === "object" && process !== null ? process.getBuiltinModule : undefined;

let found: { readonly reason: string | null } | null = null;

/** The reason why there can be only one thread; null if there can be more. */
export function whyAlone(): string | null {
  found ??= { reason: findReason() };
  return found.reason;
}

/** Warns once that there is only one thread although more were expected; programs that are compiled from now on use one thread. */
export function stayAlone(reason: string): void {
  if (whyAlone() !== null) return;
  found = { reason };
  console.warn(`chainrule: one thread: ${reason}`);
}

function findReason(): string | null {
  if (typeof SharedArrayBuffer === "undefined")
    return "there is no shared memory here (a page has it when it is cross-origin isolated)";
  if (builtinModules() === undefined && typeof Worker === "undefined") return "there are no workers here";
  try {
    // Returns at once, because the value is not 1; throws where waiting is not allowed.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
  } catch {
    return "a page's main thread may not wait for others (in a Web Worker there are threads)";
  }
  try {
    new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  } catch {
    return "WebAssembly has no shared memory here";
  }
  return null;
}

/** Number of threads that the machine runs at the same time. */
export const parallelism = (): number =>
  globalThis.navigator?.hardwareConcurrency ?? builtinModules()?.("node:os").availableParallelism() ?? 1;

/** The number of threads of a program: the option's, or else CHAINRULE_THREADS, or else the machine's. */
export function threadsFor(asked: number | null): number {
  const wanted = asked ?? threadsOfEnvironment() ?? Math.min(parallelism(), maxDefaultThreads);
  return whyAlone() === null ? Math.min(wanted, maxThreads) : 1;
}

const variable = "CHAINRULE_THREADS";

function threadsOfEnvironment(): number | null {
  const text = mayRead(variable) ? process.env[variable] : undefined;
  if (text === undefined || text === "") return null;
  const threads = Number(text);
  checkWhole(variable, "the number of threads", Number.isNaN(threads) ? text : threads, { from: 1 });
  return threads;
}

/** A part of Deno's API. */
interface Permissions {
  querySync(what: { readonly name: "env"; readonly variable: string }): { readonly state: string };
}

/** Whether an environment variable may be read: Deno would ask its user, or throw, if it may not. */
function mayRead(variable: string): boolean {
  if (typeof process !== "object" || typeof process?.env !== "object") return false;
  const { Deno } = globalThis as { readonly Deno?: { readonly permissions?: Permissions } };
  return (Deno?.permissions?.querySync({ name: "env", variable }).state ?? "granted") === "granted";
}
