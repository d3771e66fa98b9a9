// An array that remembers how it came about: what Value is for one number. Its mathematics stands in vocabulary.ts; each method
// there ends in apply(), the one door through which every op goes. Where the numbers lie, and who computes them, is behind
// Storage and eager.ts.
import { ChainruleError, internal } from "../errors/error.ts";
import { checkTensor, takes } from "./arguments.ts";
import { backward, type History, sourceOf } from "./autograd.ts";
import { markAs } from "./copies.ts";
import { type DType, describe, isDType, isFloating, noDType, type Type, type TypedArray } from "./dtype.ts";
import { eager } from "./eager.ts";
import { type TensorJSON, toJSON } from "./json.ts";
import { isRecording } from "./mode.ts";
import { type Nested, nest } from "./nested.ts";
import { type Attributes, type OpName, opOf, ops } from "./ops.ts";
import { print } from "./print.ts";
import { constant } from "./promotion.ts";
import { type Shape, sameShape, sizeOf } from "./shape.ts";
import type { Storage } from "./storage.ts";
import { tracing } from "./tracing.ts";
import { Vocabulary } from "./vocabulary.ts";

/** The one door: checks the inputs, has the op carried out, and lets the result remember it if an input wants a gradient. */
export function apply<N extends OpName>(name: N, inputs: readonly Tensor[], attributes?: Attributes<N>): Tensor {
  const { type: typeOf, vjp } = opOf(name);
  const type = typeOf(inputs, (attributes ?? {}) as never);
  const operation = { name, inputs, attributes: attributes ?? {}, ...type };
  const storage = tracing()?.run(operation) ?? eager(operation);
  const remembers =
    isRecording() && vjp !== null && isFloating(type.dtype) && inputs.some((input) => input.requiresGrad);
  return new Tensor(
    storage,
    type,
    remembers ? { kind: "op", name, attributes: attributes ?? {}, inputs: inputs.map(sourceOf) } : null,
  );
}

/** apply, for gradient rules that name an op as text. */
const applyAny = (name: string, inputs: readonly Tensor[], attributes?: object): Tensor => {
  if (!Object.hasOwn(ops, name)) throw internal(`a gradient rule names the op ${name}, which does not exist`);
  return apply(name as OpName, inputs, attributes as never);
};

/** Of all values, structuredClone refuses functions and symbols; and V8 quotes what it refuses. */
const uncloneable = Symbol(
  "a Tensor; send { data: x.data, shape: x.shape }, and make it again with tensor(data, { shape }), or send writeSafetensors(model.stateDict())",
);

/**
 * An array of numbers, row-major, of one dtype and shape, which remembers what it came from where a gradient is wanted. No
 * operation changes it; only `assign` gives it other contents.
 */
export class Tensor extends Vocabulary {
  /** The size of each dim; [] for a single number. */
  readonly shape: Shape;
  /** float32, float64, int32, uint8 or bool. */
  readonly dtype: DType;
  /** @internal Makes structuredClone and postMessage throw, which would lose the contents; its text is part of their message. */
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

  /** How many elements: the product of the shape. */
  get size(): number {
    return sizeOf(this.shape);
  }
  /** How many dims. */
  get ndim(): number {
    return this.shape.length;
  }
  /** Row-major, read-only by contract. */
  get data(): TypedArray {
    return this.#contents("data");
  }
  /** The same as data, also where reading has to wait. */
  read(): Promise<TypedArray> {
    takes("read", arguments.length, 0);
    return tracing()?.reveal(this, "read") ?? this.#storage.read();
  }
  #contents(call: string): TypedArray {
    return tracing()?.reveal(this, call) ?? this.#storage.data;
  }
  /** @internal */
  get storage(): Storage {
    return this.#storage;
  }
  /** @internal The op and the inputs that this tensor came from; null for a leaf, or where no gradient was wanted. */
  get history(): History | null {
    return this.#history;
  }
  /** @internal How often `assign` gave this tensor new contents. */
  get version(): number {
    return this.#version;
  }
  /** The gradient that backward() has added up, null before. */
  get grad(): Tensor | null {
    tracing()?.readsGrad(this);
    return this.#grad;
  }
  set grad(grad: Tensor | null) {
    tracing()?.writesGrad(this, grad);
    this.#grad = grad;
  }
  /**
   * Whether backward() gives it a gradient, or passes one through it. It may be set on a leaf of float32 or float64, and throws
   * elsewhere.
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
  /** @internal Whether it is a parameter whose requiresGrad was taken back. */
  get frozen(): boolean {
    return this.#frozen;
  }

  /** The one number of a tensor of size 1. */
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
   * Nested arrays of its shape, booleans where it is bool, and a plain number or boolean for shape []. Who knows the shape can name the
   * type: toArray<number[][]>().
   */
  toArray<Values extends Nested = Nested>(): Values {
    takes("toArray", arguments.length, 0);
    const element = this.dtype === "bool" ? (x: number) => x !== 0 : (x: number) => x;
    return nest(this.#contents("toArray"), this.shape, element) as Values;
  }
  /** Its contents, to four decimals; many of them shortened in the middle. */
  override toString(): string {
    return this.#storage.placeholder ?? print(this.#storage.data, this.shape, this.dtype);
  }
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
  /** For JSON.stringify: its dtype, shape and contents, of which tensor() makes it again. */
  toJSON(): TensorJSON {
    return toJSON(this, this.#contents("toJSON"));
  }
  /** Text for String(x) and templates. Throws for operators as x + 1 and x < 4, which JavaScript has for numbers alone. */
  [Symbol.toPrimitive](hint: "string" | "number" | "default"): string {
    if (hint === "string") return this.toString();
    throw new ChainruleError(
      "type",
      "Tensor",
      `JavaScript's operators are not for ${describe(this)}; call add, sub, mul, div, eq, lt, le, gt or ge, take the number of a tensor of size 1 with item(), and text with String(x) or \`\${x}\``,
    );
  }

  /** Adds the derivative of this to the grad of every leaf below; of the sum of this · gradient where this is no scalar. */
  backward(gradient?: Tensor): void {
    takes("backward", arguments.length, 1);
    if (gradient !== undefined) checkTensor("backward", "gradient", gradient);
    if (!this.requiresGrad)
      throw new ChainruleError(
        "gradient",
        "backward",
        "nothing below this tensor requires a gradient; set requiresGrad on a leaf first. What comes from noGrad, from detach(), or from a compiled function that itself calls backward() or changes parameters has no history",
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
        `the gradient is ${describe(gradient)}, the tensor ${describe(this)}; they must be alike`,
      );
    }
    backward(this, gradient?.to(this.dtype).detach() ?? constant(this, 1), applyAny);
  }
  /** The same contents without a history. */
  detach(): Tensor {
    takes("detach", arguments.length, 0);
    return new Tensor(tracing()?.share(this) ?? this.#storage.share(), this);
  }
  /**
   * In this dtype: towards zero where floats become integers, bool where it is not 0; the tensor itself where it is that
   * already.
   */
  to(dtype: DType): Tensor {
    takes("to", arguments.length, 1);
    if (dtype === this.dtype) return this;
    if (!isDType(dtype)) throw noDType("to", dtype);
    return apply("cast", [this], { dtype });
  }
  /** Gives this tensor new contents, of the same shape and dtype. What was made from the old ones keeps them. */
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
    tracing()?.assigns(this);
    this.replaceStorage(tracing()?.share(value) ?? value.#storage.share());
    return this;
  }
  /** @internal New contents, wherever they lie. */
  replaceStorage(storage: Storage): void {
    this.#storage = storage;
    this.#requiresGrad = this.requiresGrad && this.#history === null;
    this.#history = null;
    this.#version++;
  }
  /** @internal The same contents at another place. */
  adoptStorage(storage: Storage): void {
    this.#storage = storage;
  }
  /** @internal What a trace puts back when it is done. */
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

  /** @internal apply, for code that knows tensors only by their methods. */
  apply<N extends OpName>(name: N, inputs: readonly Tensor[], attributes?: Attributes<N>): Tensor {
    return apply(name, inputs, attributes);
  }
}

markAs(Tensor.prototype, "Tensor");
