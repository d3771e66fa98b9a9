// Where this code runs, and what that means for threads: whether there can be any, and how many are wanted. Nothing is asked before a
// program wants to know: the library also loads where there is no shared memory, no worker and no permission to look.
import { checkWhole } from "../../../errors/numbers.ts";
import { mostThreads } from "./control.ts";

/** More than so many are started only if somebody asks for them. */
const usual = 16;

/** Node's way to its own modules, which Deno and Bun have too; undefined in a page. */
export const builtinModules = (): typeof process.getBuiltinModule | undefined =>
  typeof process === "object" && process !== null ? process.getBuiltinModule : undefined;

let known: { readonly reason: string | null } | null = null;

/** Why one thread does everything here; null if there may be more. */
export function whyAlone(): string | null {
  known ??= { reason: findReason() };
  return known.reason;
}

/** Threads were expected, and there are none: says so once. Programs that are made from now on are for one thread. */
export function stayAlone(reason: string): void {
  if (whyAlone() !== null) return;
  known = { reason };
  console.warn(`chainrule: one thread: ${reason}`);
}

function findReason(): string | null {
  if (typeof SharedArrayBuffer === "undefined")
    return "there is no shared memory here (a page has it when it is cross-origin isolated)";
  if (builtinModules() === undefined && typeof Worker === "undefined") return "there are no workers here";
  try {
    // Comes back at once where waiting is allowed at all.
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

/** How many threads the machine runs at the same time. */
export const parallelism = (): number =>
  globalThis.navigator?.hardwareConcurrency ?? builtinModules()?.("node:os").availableParallelism() ?? 1;

/** How many threads a program is for: what it asks for, else CHAINRULE_THREADS, else as many as the machine runs. */
export function threadsFor(asked: number | null): number {
  const wanted = asked ?? threadsOfEnvironment() ?? Math.min(parallelism(), usual);
  return whyAlone() === null ? Math.min(wanted, mostThreads) : 1;
}

const variable = "CHAINRULE_THREADS";

function threadsOfEnvironment(): number | null {
  const text = mayRead(variable) ? process.env[variable] : undefined;
  if (text === undefined || text === "") return null;
  const threads = Number(text);
  checkWhole(variable, "the number of threads", Number.isNaN(threads) ? text : threads, { from: 1 });
  return threads;
}

/** What Deno has beside Node's globals. */
interface Permissions {
  querySync(what: { readonly name: "env"; readonly variable: string }): { readonly state: string };
}

/** Deno would ask its user, or throw, where a variable may not be read. */
function mayRead(variable: string): boolean {
  if (typeof process !== "object" || typeof process?.env !== "object") return false;
  const { Deno } = globalThis as { readonly Deno?: { readonly permissions?: Permissions } };
  return (Deno?.permissions?.querySync({ name: "env", variable }).state ?? "granted") === "granted";
}
