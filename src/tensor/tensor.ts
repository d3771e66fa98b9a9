// Tensor, an array that records how it was computed, as Value does for one number. Its mathematical methods are in vocabulary.ts; each of
// them calls apply(), through which every op goes. Storage hides where the contents are, and eager.ts how they are computed.
import { ChainruleError, internal } from "../errors/error.ts";
import { checkTensor, takes } from "./arguments.ts";
import { backward, type History, sourceOf } from "./autograd.ts";
import { markAs } from "./copies.ts";
import { contentsFor } from "./device.ts";
import { type DType, describe, isDType, isFloating, noDType, type Type, type TypedArray } from "./dtype.ts";
import { eager } from "./eager.ts";
import { type TensorJSON, toJSON } from "./json.ts";
import { checkLevels, interpret, isTransforming, refuseBackward, wrappedIn } from "./levels.ts";
import { isRecording } from "./mode.ts";
import { type Nested, nest } from "./nested.ts";
import { observing } from "./observing.ts";
import { type Attributes, type OpName, opOf, ops } from "./ops.ts";
import { print } from "./print.ts";
import { constant } from "./promotion.ts";
import { type Shape, sameShape, sizeOf } from "./shape.ts";
import type { Storage } from "./storage.ts";
import { tracing } from "./tracing.ts";
import { Vocabulary } from "./vocabulary.ts";

/** Runs an op: checks the inputs, computes or traces the result, and records the op in it if an input requires a gradient. */
export function apply<N extends OpName>(
  name: N,
  inputs: readonly Tensor[],
  attributes: Attributes<N> = {} as Attributes<N>,
): Tensor {
  const observer = observing();
  if (observer !== null) inputs = inputs.map((input) => observer.takes(input));
  const { type: typeOf, vjp } = opOf(name);
  const type = typeOf(inputs, attributes);
  const operation = { name, inputs, attributes, ...type };
  const interpreted = isTransforming() ? interpret(operation) : null;
  if (interpreted !== null) return interpreted;
  const storage = tracing()?.run(operation) ?? eager(operation);
  const isRecorded =
    isRecording() && vjp !== null && isFloating(type.dtype) && inputs.some((input) => input.requiresGrad);
  const history = isRecorded ? ({ kind: "op", name, attributes, inputs: inputs.map(sourceOf) } as const) : null;
  const result = new Tensor(storage, type, history);
  observer?.made(result);
  return result;
}

/** apply for gradient rules, which name an op by a string. */
export const applyAny = (name: string, inputs: readonly Tensor[], attributes?: object): Tensor => {
  if (!Object.hasOwn(ops, name)) throw internal(`a gradient rule names the op ${name}, which does not exist`);
  return apply(name as OpName, inputs, attributes as never);
};

/** structuredClone throws for symbols, and V8 quotes their text in the error. */
const uncloneable = Symbol(
  "a Tensor; send { data: x.data, shape: x.shape }, and make it again with tensor(data, { shape }), or send writeSafetensors(model.stateDict())",
);

/**
 * An array of numbers of one dtype and shape, row-major, which records how it was computed if a gradient is required. No operation changes
 * its contents except `assign`, which replaces them.
 */
export class Tensor extends Vocabulary {
  /** The size of each dim; [] for a single number. */
  readonly shape: Shape;
  /** float32, float64, int32, uint8 or bool. */
  readonly dtype: DType;
  /** @internal Makes structuredClone and postMessage throw, since they would lose the contents; its text is part of their message. */
  readonly uncloneable: symbol = uncloneable;
  #grad: Tensor | null = null;
  #storage: Storage;
  #history: History | null;
  #requiresGrad = false;
  #frozen = false;
  #version = 0;

  /** @internal tensor(), zeros() and their kin make tensors. */
  constructor(storage: Storage, { shape, dtype }: Type, history: History | null = null) {
    super();
    this.shape = shape;
    this.dtype = dtype;
    this.#storage = storage;
    this.#history = history;
  }

  /** The number of elements, the product of the shape. */
  get size(): number {
    return sizeOf(this.shape);
  }
  /** The number of dims. */
  get ndim(): number {
    return this.shape.length;
  }
  /** The contents, row-major. Do not write to them: use assign. Throws where they live on a device: await read(). */
  get data(): TypedArray {
    return this.#contents("data");
  }
  /** Reads the contents, also where reading is asynchronous. */
  read(): Promise<TypedArray> {
    takes("read", arguments.length, 0);
    wrappedIn(this)?.reveal("read");
    return wrappedIn(this)?.read() ?? tracing()?.reveal(this, "read") ?? this.#storage.read();
  }
  #contents(call: string): TypedArray {
    wrappedIn(this)?.reveal(call);
    return tracing()?.reveal(this, call) ?? contentsFor(call, this);
  }
  /** @internal */
  get storage(): Storage {
    return this.#storage;
  }
  /** @internal The op and the inputs that this tensor was computed from; null for a leaf, or if no gradient was required. */
  get history(): History | null {
    return this.#history;
  }
  /** @internal How often `assign` gave this tensor new contents. */
  get version(): number {
    return this.#version;
  }
  /** The gradient that calls of backward() have added up; null before the first. */
  get grad(): Tensor | null {
    tracing()?.readsGrad(this);
    return this.#grad;
  }
  set grad(grad: Tensor | null) {
    tracing()?.writesGrad(this, grad);
    this.#grad = grad;
  }
  /**
   * Whether backward() computes a gradient for this tensor. It can be set on a leaf of float32 or float64; setting it on another tensor
   * throws.
   */
  get requiresGrad(): boolean {
    tracing()?.readsMode(this, "requiresGrad", () => this.requiresGrad);
    return this.#requiresGrad || this.#history !== null;
  }
  set requiresGrad(wanted: boolean) {
    tracing()?.writesRequiresGrad(this);
    if (wanted && !isFloating(this.dtype))
      throw new ChainruleError(
        "gradient",
        "requiresGrad",
        `${describe(this)} has no gradient, only float32 and float64 have`,
      );
    if (!wanted && this.#history !== null)
      throw new ChainruleError(
        "gradient",
        "requiresGrad",
        `this is the result of ${this.#history.name}; detach() it instead`,
      );
    this.#frozen = !wanted && (this.#frozen || this.#requiresGrad);
    this.#requiresGrad = wanted;
  }
  /** @internal Whether requiresGrad was true and was set to false: a frozen parameter. */
  get frozen(): boolean {
    return this.#frozen;
  }

  /** Returns the number of a tensor of size 1. Throws for other sizes. */
  item(): number {
    takes("item", arguments.length, 0);
    if (this.size !== 1)
      throw new ChainruleError(
        "shape",
        "item",
        `${describe(this)} has ${this.size} elements, not one; use toArray() or data`,
      );
    return this.#contents("item")[0];
  }
  /**
   * Returns the contents as nested arrays of numbers, or of booleans if the dtype is bool; a plain number or boolean for shape []. If the
   * number of dims is known, the type can be given: toArray<number[][]>().
   */
  toArray<Values extends Nested = Nested>(): Values {
    takes("toArray", arguments.length, 0);
    const element = this.dtype === "bool" ? (x: number) => x !== 0 : (x: number) => x;
    return nest(this.#contents("toArray"), this.shape, element) as Values;
  }
  /** Prints the contents with four decimals; large tensors are shortened in the middle. */
  override toString(): string {
    const { placeholder, device } = this.#storage;
    if (device !== undefined) return `${describe(this)} on ${device}`;
    return placeholder ?? print(this.#storage.data, this.shape, this.dtype);
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
  /** Returns dtype, shape and contents, which JSON.stringify writes and from which tensor() makes the tensor again. */
  toJSON(): TensorJSON {
    return toJSON(this, this.#contents("toJSON"));
  }
  /** Returns the text for String(x) and templates. Throws for operators such as x + 1 and x < 4, which JavaScript has for numbers only. */
  [Symbol.toPrimitive](hint: "string" | "number" | "default"): string {
    if (hint === "string") return this.toString();
    throw new ChainruleError(
      "type",
      "Tensor",
      `JavaScript's operators are not for ${describe(this)}; call add, sub, mul, div, eq, lt, le, gt or ge, take the number of a tensor of size 1 with item(), and text with String(x) or \`\${x}\``,
    );
  }

  /**
   * Adds the derivative of this tensor, a scalar, to the grad of every leaf that it was computed from. For other tensors pass a gradient of
   * the same shape: the derivative is then that of Σ this · gradient.
   */
  backward(gradient?: Tensor): void {
    takes("backward", arguments.length, 1);
    if (gradient !== undefined) checkTensor("backward", "gradient", gradient);
    refuseBackward(this);
    if (!this.requiresGrad)
      throw new ChainruleError(
        "gradient",
        "backward",
        "nothing below this tensor requires a gradient; set requiresGrad on a leaf first. Results of noGrad, of detach(), or of a compiled function that itself calls backward() or changes parameters have no history",
      );
    if (gradient === undefined && this.size !== 1) {
      throw new ChainruleError(
        "shape",
        "backward",
        `${describe(this)} is not a scalar; reduce it with sum() or mean(), or pass a gradient of its shape`,
      );
    }
    if (gradient && !sameShape(gradient.shape, this.shape)) {
      throw new ChainruleError(
        "shape",
        "backward",
        `the gradient is ${describe(gradient)}, the tensor ${describe(this)}; their shapes must be equal`,
      );
    }
    backward(this, gradient?.to(this.dtype).detach() ?? constant(this, 1), applyAny);
  }
  /** Returns a tensor with the same contents and no history. */
  detach(): Tensor {
    takes("detach", arguments.length, 0);
    return wrappedIn(this)?.detached() ?? new Tensor(tracing()?.share(this) ?? this.#storage.share(), this);
  }
  /**
   * Converts to this dtype: floats are rounded towards zero for integers, and everything but 0 is true for bool. Returns the tensor itself if
   * it has the dtype already.
   */
  to(dtype: DType): Tensor {
    takes("to", arguments.length, 1);
    if (dtype === this.dtype) return this;
    if (!isDType(dtype)) throw noDType("to", dtype);
    return apply("cast", [this], { dtype });
  }
  /** Gives this tensor new contents, of the same shape and dtype. Tensors that were made from the old contents keep those. */
  assign(value: Tensor): this {
    takes("assign", arguments.length, 1);
    checkTensor("assign", "value", value);
    if (value.dtype !== this.dtype || !sameShape(value.shape, this.shape)) {
      throw new ChainruleError(
        "dtype",
        "assign",
        `${describe(value)} does not fit into ${describe(this)}; shape and dtype must be the same`,
      );
    }
    const contents = value.detach();
    checkLevels(this, contents);
    observing()?.assigns(this);
    tracing()?.assigns(this);
    this.replaceStorage(contents.#storage);
    return this;
  }
  /** @internal Replaces the contents by those of another storage. */
  replaceStorage(storage: Storage): void {
    this.#storage = storage;
    this.#requiresGrad = this.requiresGrad && this.#history === null;
    this.#history = null;
    this.#version++;
  }
  /** @internal Moves the same contents to another storage. */
  adoptStorage(storage: Storage): void {
    this.#storage = storage;
  }
  /** @internal Saves the state of this tensor, and returns a function that restores it after a trace. */
  remember(): () => void {
    const [storage, history, requiresGrad, version, grad] = [
      this.#storage,
      this.#history,
      this.#requiresGrad,
      this.#version,
      this.#grad,
    ];
    return () => {
      this.#storage = storage;
      this.#history = history;
      this.#requiresGrad = requiresGrad;
      this.#version = version;
      this.#grad = grad;
    };
  }

  /** @internal apply as a method, for files that import Tensor as a type only. */
  apply<N extends OpName>(name: N, inputs: readonly Tensor[], attributes?: Attributes<N>): Tensor {
    return apply(name, inputs, attributes);
  }
}

markAs(Tensor.prototype, "Tensor");
