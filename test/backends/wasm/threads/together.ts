// For tests of threads: programs of any size are shared, and all workers join a program before it begins, so that they all take part.
import { deadline, poolFor, rendezvous } from "../../../../src/backends/wasm/threads/pool.ts";
import { minSharedNs } from "../../../../src/backends/wasm/threads/stages.ts";

const defaults = { minSharedNs: { ...minSharedNs }, deadline: { ...deadline } };

/** Shares all programs from now on, with workers for this number of threads. With `meet: false` a program does not wait for its workers. */
export function shareEverything(threads: number, { meet = true }: { readonly meet?: boolean } = {}): void {
  Object.assign(minSharedNs, { task: 0, program: 0 });
  rendezvous.wanted = meet;
  poolFor(threads);
}

export function shareAsUsual(): void {
  Object.assign(minSharedNs, defaults.minSharedNs);
  Object.assign(deadline, defaults.deadline);
  rendezvous.wanted = false;
}

/** Number of workers that joined the last program; 0 if none ran since the last call of this function. */
export function joined(): number {
  const workers = rendezvous.entered;
  rendezvous.entered = 0;
  return workers;
}
