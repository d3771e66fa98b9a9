// The types of what a step of a loop returns, where no step is computed: its operations are traced for their shapes and dtypes alone, and
// what it does to tensors from outside is undone.
import { ChainruleError, internal } from "../errors/error.ts";
import { describe, type Type, type TypedArray } from "./dtype.ts";
import { withRecording } from "./mode.ts";
import type { Storage } from "./storage.ts";
import { Tensor } from "./tensor.ts";
import { type LoopCall, type LoopResult, type LoopStep, type Tracer, withTracer } from "./tracing.ts";

class NoContents implements Storage {
  readonly uniform = null;

  get data(): TypedArray {
    throw internal("the contents of a tensor that has only a type are read");
  }
  read(): Promise<TypedArray> {
    return Promise.reject(internal("the contents of a tensor that has only a type are read"));
  }
  share(): Storage {
    return this;
  }
}

class Types implements Tracer {
  readonly #before = new Map<Tensor, () => void>();
  readonly #storage = new NoContents();

  tensor({ shape, dtype }: Type): Tensor {
    return new Tensor(this.#storage, { shape, dtype });
  }
  run(): Storage {
    return this.#storage;
  }
  loop({ init, xs, length, step }: LoopCall): LoopResult {
    const { y } = step(
      init,
      xs.map((x) => this.tensor({ shape: x.shape.slice(1), dtype: x.dtype })),
    );
    return { carry: init, ys: y.map((part) => this.tensor({ shape: [length, ...part.shape], dtype: part.dtype })) };
  }
  share(): Storage {
    return this.#storage;
  }
  reveal(tensor: Tensor, call: string): never {
    throw new ChainruleError(
      "traced",
      call,
      `${describe(tensor)} has no contents: the loop has no steps, and scan calls the function for its types alone`,
    );
  }
  assigns(tensor: Tensor): void {
    this.#note(tensor);
  }
  readsGrad(): void {}
  writesGrad(tensor: Tensor): void {
    this.#note(tensor);
  }
  writesRequiresGrad(tensor: Tensor): void {
    this.#note(tensor);
  }
  readsMode(): void {}
  writesMode(): void {}
  made(tensor: Tensor): boolean {
    return tensor.storage === this.#storage;
  }
  differentiates(): void {}

  restore(): void {
    for (const restore of this.#before.values()) restore();
  }

  #note(tensor: Tensor): void {
    if (!this.made(tensor) && !this.#before.has(tensor)) this.#before.set(tensor, tensor.remember());
  }
}

/** What a step returns for a carry and elements of these types. */
export function typesOf(carry: readonly Type[], elements: readonly Type[], step: LoopCall["step"]): LoopStep {
  const types = new Types();
  const tensorOf = (type: Type) => types.tensor(type);
  try {
    return withRecording(false, () => withTracer(types, () => step(carry.map(tensorOf), elements.map(tensorOf))));
  } finally {
    types.restore();
  }
}
