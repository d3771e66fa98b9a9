// A run draws its random numbers (Dropout's) from a stream of its own: one seed gives one result whatever else draws between its
// steps, be it the page around it or a second run beside it, and those draw what they would have drawn without it.
import { tensor } from "../tensor/create.ts";
import { getRngState, setRngState } from "../tensor/random.ts";
import type { Tensor } from "../tensor/tensor.ts";

const keys = { training: 0x66697421, validation: 0x6a756467 } as const;

export class RandomStream {
  /** int32 [3], as getRngState gives it. */
  #state: Tensor;

  /** Under a key of its own beside that of manualSeed(seed): weights made from the same seed share no bits with what follows. */
  constructor(seed: number, use: keyof typeof keys = "training") {
    const high = Math.floor(seed / 2 ** 32) | 0;
    this.#state = tensor([(seed | 0) ^ keys[use], high, 0], { dtype: "int32" });
  }

  get state(): Tensor {
    return this.#state;
  }

  /** Goes on from another state. Throws unless it is int32 [3]. */
  load(state: Tensor): void {
    const outside = getRngState();
    try {
      setRngState(state);
      this.#state = getRngState();
    } finally {
      setRngState(outside);
    }
  }

  /** Runs the body, which draws from this stream; then the generator is as it was. */
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
