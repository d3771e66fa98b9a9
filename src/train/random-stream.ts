// The random numbers of a run (such as Dropout's) come from a stream of its own. So one seed gives one result, even if the page or a second
// run draws random numbers between the steps; and their numbers do not change either.
import { tensor } from "../tensor/create.ts";
import { getRngState, setRngState } from "../tensor/random.ts";
import type { Tensor } from "../tensor/tensor.ts";

const keys = { training: 0x66697421, validation: 0x6a756467 } as const;

export class RandomStream {
  /** int32 [3], as getRngState gives it. */
  #state: Tensor;

  /** The key differs from that of manualSeed(seed), so that this stream is independent of weights that were initialised from the same seed. */
  constructor(seed: number, use: keyof typeof keys = "training") {
    const high = Math.floor(seed / 2 ** 32) | 0;
    this.#state = tensor([(seed | 0) ^ keys[use], high, 0], { dtype: "int32" });
  }

  get state(): Tensor {
    return this.#state;
  }

  /** Continues from another state. Throws unless it is int32 [3]. */
  load(state: Tensor): void {
    const outside = getRngState();
    try {
      setRngState(state);
      this.#state = getRngState();
    } finally {
      setRngState(outside);
    }
  }

  /** Runs the body with its random numbers drawn from this stream, and restores the generator afterwards. */
  run<T>(body: () => T): T {
    const outside = getRngState();
    setRngState(this.#state);
    try {
      return body();
    } finally {
      this.#state = getRngState();
      setRngState(outside);
    }
  }
}
