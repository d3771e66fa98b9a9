// The timers that a program has set and that are still to come: a program has ended when its last line is done and no timer is left, as
// in Node.

type Handler = (...values: readonly unknown[]) => void;

/** Counts the timers of a worker from now on. `onRest` is called whenever the last one is done. */
export class Timers {
  readonly #pending = new Set<number>();
  readonly #onRest: () => void;

  constructor(scope: DedicatedWorkerGlobalScope, onRest: () => void) {
    this.#onRest = onRest;
    const once = scope.setTimeout.bind(scope);
    const again = scope.setInterval.bind(scope);
    scope.setTimeout = ((run: Handler, after?: number, ...values: unknown[]) => {
      const id = once(() => {
        try {
          run(...values);
        } finally {
          this.#end(id);
        }
      }, after);
      this.#pending.add(id);
      return id;
    }) as typeof scope.setTimeout;
    scope.setInterval = ((run: Handler, after?: number, ...values: unknown[]) => {
      const id = again(run, after, ...values);
      this.#pending.add(id);
      return id;
    }) as typeof scope.setInterval;
    for (const name of ["clearTimeout", "clearInterval"] as const) {
      const clear = scope[name].bind(scope);
      scope[name] = (id) => {
        clear(id);
        if (id !== undefined) this.#end(id);
      };
    }
  }

  get rest(): boolean {
    return this.#pending.size === 0;
  }

  #end(id: number): void {
    if (this.#pending.delete(id) && this.rest) this.#onRest();
  }
}
