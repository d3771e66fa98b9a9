// For tests of threads: everything is shared, however small, and all workers join before anything begins, so that they take part.
import { deadline, poolFor, rendezvous } from "../../../../src/backends/wasm/threads/pool.ts";
import { worthwhile } from "../../../../src/backends/wasm/threads/stages.ts";

const usual = { worthwhile: { ...worthwhile }, deadline: { ...deadline } };

/** From now on, with workers for so many threads; without a rendezvous they join when they happen to. */
export function shareEverything(threads: number, { meet = true }: { readonly meet?: boolean } = {}): void {
  Object.assign(worthwhile, { step: 0, program: 0 });
  rendezvous.wanted = meet;
  poolFor(threads);
}

export function shareAsUsual(): void {
  Object.assign(worthwhile, usual.worthwhile);
  Object.assign(deadline, usual.deadline);
  rendezvous.wanted = false;
}

/** How many workers joined the last program; 0 if nothing ran since this was asked. */
export function joined(): number {
  const workers = rendezvous.entered;
  rendezvous.entered = 0;
  return workers;
}
