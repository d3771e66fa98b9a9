// For tests of threads: programs of any size are shared, and all workers join a program before it begins, so that they all take part.

import { type WasmOptions, wasm, wasmBackend } from "../../../../src/backends/wasm/backend.ts";
import { defaultWaiting, poolFor, type Waiting } from "../../../../src/backends/wasm/threads/pool.ts";
import type { Backend } from "../../../../src/compiler/backend.ts";
import { registerBackend } from "../../../../src/compiler/compile.ts";

export const everythingShared = { taskNs: 0, programNs: 0 };

let workers = 0;

/** Waits for all workers, and counts those that join. */
export const together: Waiting = {
  ...defaultWaiting,
  forWorkers: true,
  joined: (count) => {
    workers = count;
  },
};

/** A backend whose programs are all shared; compile() uses it from now on, with workers for this number of threads. */
export function shareEverything(threads: number, options: WasmOptions = {}): Backend {
  const backend = wasmBackend({ sharing: everythingShared, waiting: together, ...options });
  registerBackend(backend);
  poolFor(threads);
  return backend;
}

export const shareAsUsual = (): void => registerBackend(wasm);

/** Number of workers that joined the last program; 0 if none ran since the last call of this function. */
export function joined(): number {
  const count = workers;
  workers = 0;
  return count;
}
