// The two runs of a checkpointed function. The first finds what the function takes from outside and what it assigns there. The second runs with
// the same contents, and in a trace its operations take what is from outside through barriers, so that simplification does not find in them
// the operations of the first run, whose results it would keep.
import { plainTape, type Source, type Tape } from "../autograd.ts";
import { plainTensorsIn, wrappedIn } from "../levels.ts";
import { modeNow, withMode } from "../mode.ts";
import { type Observer, withObserver } from "../observing.ts";
import type { Storage } from "../storage.ts";
import { TapeLevel } from "../tape.ts";
import { apply, type Tensor } from "../tensor.ts";
import { tracing } from "../tracing.ts";

/** The tape that records a tensor; null for one of another level. */
function tapeOf(tensor: Tensor): Tape | null {
  const level = wrappedIn(tensor)?.level ?? null;
  if (level === null) return plainTape;
  return level instanceof TapeLevel ? level : null;
}

export class FirstRun implements Observer {
  readonly #around: Observer | null;
  readonly #made = new WeakSet<Tensor>();
  /** What was taken from outside and requires a gradient, by its tape. */
  readonly #taken = new Map<Tape, Map<Tensor, Source>>();
  /** The tensors from outside that were assigned, with their contents before. */
  readonly #before = new Map<Tensor, Storage>();

  constructor(around: Observer | null) {
    this.#around = around;
  }

  takes(given: Tensor): Tensor {
    const tensor = this.#around?.takes(given) ?? given;
    this.#note(tensor);
    return tensor;
  }
  /** The function returns a tensor, perhaps one from outside. */
  returns(tensor: Tensor): void {
    this.#note(tensor);
    for (const inner of wrappedIn(tensor)?.inside ?? []) this.returns(inner);
  }
  made(tensor: Tensor): void {
    this.#around?.made(tensor);
    this.#made.add(tensor);
  }
  assigns(tensor: Tensor): void {
    this.#around?.assigns(tensor);
    if (!this.#made.has(tensor) && !this.#before.has(tensor)) this.#before.set(tensor, tensor.detach().storage);
  }

  #note(tensor: Tensor): void {
    const tape = this.#made.has(tensor) || !tensor.requiresGrad ? null : tapeOf(tensor);
    if (tape === null) return;
    const sources = this.#taken.get(tape) ?? new Map<Tensor, Source>();
    this.#taken.set(tape, sources);
    if (!sources.has(tensor)) sources.set(tensor, tape.sourceOf(tensor));
  }

  /** What gradients flow to, by tape, the oldest tape first. */
  sources(): (readonly [Tape, readonly Source[]])[] {
    const all = [...this.#taken].map(([tape, sources]) => [tape, [...sources.values()]] as const);
    return all.sort(([a], [b]) => a.id - b.id);
  }

  /** Runs the body with the contents that assigned tensors had before; afterwards they have those of now. */
  restored<T>(body: () => T): T {
    const restores = [...this.#before].map(([tensor, before]) => {
      const restore = tensor.remember();
      tensor.replaceStorage(before);
      return restore;
    });
    try {
      return body();
    } finally {
      for (const restore of restores) restore();
    }
  }
}

export class SecondRun implements Observer {
  readonly #around: Observer | null;
  readonly #tracer = tracing();
  readonly #mode = modeNow();
  readonly #made = new WeakSet<Tensor>();
  readonly #barred = new Map<Tensor, Tensor>();
  /** The gradients that have arrived: the barriers wait for them. */
  readonly #arrived: readonly Tensor[];

  /** `around` is the observer around the first run: what it gave the function in place of tensors from outside, it gives again. */
  constructor(arrived: readonly Tensor[], around: Observer | null) {
    this.#around = around;
    this.#arrived = arrived.flatMap(plainTensorsIn);
  }

  run<T>(body: () => T): T {
    return withObserver(this, body);
  }

  takes(given: Tensor): Tensor {
    const tensor = this.#around?.takes(given) ?? given;
    // The body of a loop is a trace of its own, which takes what is around the loop as a whole.
    const isFree = this.#tracer === null || tracing() !== this.#tracer || this.#made.has(tensor);
    if (isFree || wrappedIn(tensor) !== null) return tensor;
    const known = this.#barred.get(tensor);
    if (known !== undefined) return known;
    // Recorded, also where a checkpoint inside takes the tensor first, in a run of its own that records nothing.
    const bar = () => this.#arrived.reduce((x, gradient) => apply("barrier", [x, gradient]), tensor);
    const barred = withObserver(null, () => withMode(this.#mode, bar));
    this.#barred.set(tensor, barred);
    return barred;
  }
  made(tensor: Tensor): void {
    this.#around?.made(tensor);
    this.#made.add(tensor);
  }
  assigns(tensor: Tensor): void {
    this.#around?.assigns(tensor);
  }
}
