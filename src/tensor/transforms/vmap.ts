// vmap turns a function of single examples into one of batches. It runs the function once, with tensors that look like one example and have
// the whole batch inside; each operation is done for the batch at once (batching.ts).
import { ChainruleError } from "../../errors/error.ts";
import { shown, takes } from "../arguments.ts";
import { type Call, runCall } from "../calls.ts";
import { describe, type TypedArray } from "../dtype.ts";
import type { Operation } from "../eager.ts";
import { type Level, newLevelId, openLevels, Wrapped, withLevel, withLevels } from "../levels.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { normalizeDim } from "../shape.ts";
import { apply, Tensor } from "../tensor.ts";
import type { LoopCall, LoopResult } from "../tracing.ts";
import { type Batching, batchingRules } from "./batching.ts";
import { type MappedDims, mapWithDims } from "./dims.ts";

/** The options of vmap. */
export interface VmapOptions {
  /**
   * The dim of each argument that is mapped; null for an argument that is the same for all examples. One number holds for all arguments. For
   * an argument that is a list, an object or a Map of tensors, its number holds for all of them, or its place has a list, an object or a
   * Map of their dims. 0 if left out.
   */
  readonly inDims?: number | readonly MappedDims[] | undefined;
  /** The dim of the batch in the results, in the same forms. 0 if left out. */
  readonly outDims?: MappedDims | undefined;
  /**
   * What random functions do inside: "different" numbers for each example, the "same" for all of them, or an "error". "error" if left out.
   */
  readonly randomness?: "error" | "different" | "same" | undefined;
}

type Randomness = NonNullable<VmapOptions["randomness"]>;

const names: OptionNames<VmapOptions> = { inDims: true, outDims: true, randomness: true };
const randomnesses: readonly string[] = ["error", "different", "same"] satisfies Randomness[];

/** A batch of tensors of one shape, which looks like one of them. */
class BatchedStorage extends Wrapped {
  readonly isReadable = false;
  readonly level: BatchLevel;
  /** [B, ...shape] */
  readonly inside: readonly [Tensor];
  readonly placeholder: string;

  constructor(level: BatchLevel, inside: readonly [Tensor]) {
    super();
    this.level = level;
    this.inside = inside;
    const [batch] = inside;
    this.placeholder = `tensor(${describe({ dtype: batch.dtype, shape: batch.shape.slice(1) })}, one of ${level.size} in vmap)`;
  }

  get data(): TypedArray {
    throw this.#unreadable("data");
  }
  read(): Promise<TypedArray> {
    return Promise.reject(this.#unreadable("read"));
  }
  reveal(call: string): never {
    throw this.#unreadable(call);
  }
  detached(): Tensor {
    return this.level.wrap(this.inside[0].detach());
  }
  around([batch]: readonly Tensor[]): Wrapped {
    return new BatchedStorage(this.level, [batch]);
  }

  #unreadable(call: string): ChainruleError {
    return new ChainruleError(
      "transformed",
      call,
      `inside vmap a tensor stands for all ${this.level.size} of its batch, and has no contents of its own; return the tensor and read it outside, and choose with where() instead of if`,
    );
  }
}

class BatchLevel implements Level {
  readonly id = newLevelId();
  readonly name = "vmap";
  readonly changesComposites = true;
  readonly size: number;
  readonly #randomness: Randomness;
  /** The levels that were open before this one. They interpret the operations on batches. */
  readonly #below = openLevels();

  constructor(size: number, randomness: Randomness) {
    this.size = size;
    this.#randomness = randomness;
  }

  run({ name, inputs, attributes }: Operation): Tensor {
    const operands = inputs.map((x) => {
      const batch = this.batchOf(x);
      return { tensor: batch ?? x, isBatched: batch !== null };
    });
    const rule = batchingRules[name] as Batching;
    return this.wrap(withLevels(this.#below, () => rule({ name, operands, attributes, size: this.size })));
  }

  runCall(call: Call, inputs: readonly Tensor[]): readonly Tensor[] {
    const isBatched = inputs.map((x) => this.batchOf(x) !== null);
    const wrapSome = (tensors: readonly Tensor[]) => tensors.map((x, i) => (isBatched[i] ? this.wrap(x) : x));
    const wrapAll = (tensors: readonly Tensor[]) => tensors.map((x) => this.wrap(x));
    const whole: Call = {
      name: call.name,
      forward: (own) => withLevel(this, () => call.forward(wrapSome(own))).map((y) => this.wholeOf(y)),
      backward: (saved, gradients) => {
        const parts = { inputs: wrapSome(saved.inputs), results: wrapAll(saved.results) };
        return withLevel(this, () => call.backward(parts, wrapAll(gradients))).map((dx, i) => {
          if (dx === null) return null;
          // An input that is the same for all examples gets the sum of their gradients.
          return isBatched[i] ? this.wholeOf(dx) : this.wholeOf(dx).sum(0);
        });
      },
    };
    const own = inputs.map((x) => this.batchOf(x) ?? x);
    return wrapAll(withLevels(this.#below, () => runCall(whole, own)));
  }

  /** A loop over batches: the dim of the steps goes before that of the batch. */
  loop({ init, xs, step, ...how }: LoopCall, below: (inner: LoopCall) => LoopResult): LoopResult {
    const whole = (x: Tensor) => this.wholeOf(x);
    const one = (batch: Tensor) => this.wrap(batch);
    const done = below({
      ...how,
      init: init.map(whole),
      xs: xs.map((x) => moved(whole(x), 1, 0)),
      step: (carry, x) => {
        const after = withLevel(this, () => step(carry.map(one), x.map(one)));
        return { carry: after.carry.map(whole), y: after.y.map(whole) };
      },
    });
    return { carry: done.carry.map(one), ys: done.ys.map((y) => one(moved(y, 1, 0))) };
  }

  draw({ inputs, attributes }: Operation): Tensor | null {
    if (this.#randomness === "same") return null;
    if (this.#randomness === "error")
      throw new ChainruleError(
        "transformed",
        "vmap",
        'the function draws random numbers; say with { randomness: "different" } or "same" whether each example gets its own',
      );
    const { shape, bits } = attributes as { readonly shape: readonly number[]; readonly bits: number };
    const whole = { shape: [this.size, ...shape], bits };
    return this.wrap(withLevels(this.#below, () => apply("randomBits", inputs, whole)));
  }

  /** A tensor that looks like one example, around a batch [B, ...]. */
  wrap(batch: Tensor): Tensor {
    const [, ...shape] = batch.shape;
    return new Tensor(new BatchedStorage(this, [batch]), { shape, dtype: batch.dtype });
  }

  /** [B, ...shape], also of a tensor that is the same for all examples. */
  wholeOf(y: Tensor): Tensor {
    return this.batchOf(y) ?? y.expand([this.size, ...y.shape]);
  }

  /** The batch inside; null for a tensor that is the same for all examples. */
  batchOf({ storage }: Tensor): Tensor | null {
    return storage instanceof BatchedStorage && storage.level === this ? storage.inside[0] : null;
  }
}

/**
 * Returns f as a function of batches: vmap(f)(xs) is f(x) for each x of xs along dim 0, with the results stacked, computed at once. f sees
 * tensors without the dim of the batch. Arguments and results may be tensors, or lists, objects and Maps of them. `inDims` says which dim of
 * which argument is mapped, `outDims` where the dim of the batch is in the results; a result that does not depend on a mapped argument is
 * repeated. Composes with grad, jvp and compile in any order: vmap(grad(f)) gives a gradient for each example. Throws where f reads
 * contents, as item() does, assigns a batch to a tensor from outside, or draws random numbers without the option `randomness`.
 */
export function vmap<A extends unknown[], R>(f: (...args: A) => R, options: VmapOptions = {}): (...args: A) => R {
  takes("vmap", arguments.length, 2);
  if (typeof f !== "function") throw new ChainruleError("type", "vmap", `takes a function, not ${shown(f)}`);
  checkOptions("vmap", options, names);
  const { inDims = 0, outDims = 0, randomness = "error" } = options;
  if (!randomnesses.includes(randomness))
    throw new ChainruleError(
      "option",
      "vmap",
      `randomness is "error", "different" or "same", not ${shown(randomness)}`,
    );
  return (...args) => {
    checkArguments(inDims, args);
    const level = new BatchLevel(sizeOf(args, inDims), randomness);
    const targets: { readonly argument: Tensor; readonly inner: Tensor; readonly dim: number }[] = [];
    const inside = mapWithDims(args, inDims, "the arguments", (argument, dim) => {
      if (dim === null) return argument;
      const place = normalizeDim("vmap", dim, argument.ndim);
      const inner = level.wrap(moved(argument, place, 0));
      targets.push({ argument, inner, dim: place });
      return inner;
    });
    const result = withLevel(level, () => f(...(inside as A)));
    // f may have assigned to its arguments.
    for (const { argument, inner, dim } of targets)
      if (inner.version > 0) argument.assign(moved(level.wholeOf(inner), 0, dim));
    return mapWithDims(result, outDims, "the result", (y, dim) => outside(level, y, dim)) as R;
  };
}

function checkArguments(inDims: VmapOptions["inDims"], args: readonly unknown[]): void {
  if (Array.isArray(inDims) && inDims.length !== args.length)
    throw new ChainruleError("option", "vmap", `inDims has ${inDims.length} dims for ${args.length} arguments`);
}

/** The size of the mapped dims, which is the same for all tensors. */
function sizeOf(args: readonly unknown[], inDims: MappedDims): number {
  let first: { readonly tensor: Tensor; readonly size: number } | null = null;
  mapWithDims(args, inDims, "the arguments", (tensor, dim) => {
    if (dim === null) return tensor;
    if (tensor.ndim === 0)
      throw new ChainruleError("shape", "vmap", "a 0-d tensor has no dim to map; give it the dim null in inDims");
    const size = tensor.shape[normalizeDim("vmap", dim, tensor.ndim)];
    first ??= { tensor, size };
    if (size !== first.size)
      throw new ChainruleError(
        "shape",
        "vmap",
        `dim ${dim} of ${describe(tensor)} has ${size} elements, where ${describe(first.tensor)} has ${first.size}; mapped dims have one size`,
      );
    return tensor;
  });
  if (first === null)
    throw new ChainruleError("option", "vmap", "no argument is mapped; inDims has a number for one tensor at least");
  return (first as { readonly size: number }).size;
}

/** The tensor with one of its dims at another place. */
function moved(x: Tensor, from: number, to: number): Tensor {
  if (from === to) return x;
  const dims = x.shape.map((_, dim) => dim).toSpliced(from, 1);
  return x.permute(dims.toSpliced(to, 0, from));
}

function outside(level: BatchLevel, y: Tensor, dim: number | null): Tensor {
  if (dim !== null) return moved(level.wholeOf(y), 0, normalizeDim("vmap", dim, y.ndim + 1));
  if (level.batchOf(y) === null) return y;
  throw new ChainruleError(
    "option",
    "vmap",
    `the result ${describe(y)} differs within the batch, and outDims gives it no dim`,
  );
}
