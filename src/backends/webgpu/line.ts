// The order of all work for a device. Work begins in the order in which it was asked for: what waits for pipelines that are still being made
// lets all later work wait. Nobody waits on the calling thread.

/** Something to do on the device. It can begin once `isReady` says so; for work that needs no pipelines that is at once. */
export interface Work {
  isReady(): boolean;
  begin(): void;
}

export class Line {
  readonly #waiting: Work[] = [];

  /** Whether work that is added now begins at once. */
  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Begins the work, or keeps it until all work before it has begun and it is ready. */
  add(work: Work): void {
    this.#waiting.push(work);
    this.advance();
  }

  /** Begins all work that can begin. Whoever makes work ready calls it. */
  advance(): void {
    while (this.#waiting.length > 0 && this.#waiting[0].isReady()) this.#waiting.shift()?.begin();
  }
}

/** Work that needs no pipelines. */
export const readyWork = (begin: () => void): Work => ({ isReady: () => true, begin });
