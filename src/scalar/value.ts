// The whole idea, on single numbers. A Value remembers which operation made it, from which inputs, and how steep
// it is along each of them: its slope, ∂result/∂input, a plain number that is known the moment the result is. So each
// operation below states its value and its derivatives in one line, and backward() needs no derivatives at all, only
// the chain rule: each input receives slope · grad. Read beside Andrej Karpathy's micrograd, whose numbers it gives.
import { checkOptions } from "./options.ts";

/** What a leaf stands for: an input that is fixed, or a parameter that training moves. */
export type LeafKind = "data" | "weight" | "bias";
/** @inline */
type LeafOptions = { label?: string | undefined; kind?: LeafKind | undefined };
type Op = "+" | "-" | "*" | "/" | "**" | "neg" | "exp" | "log" | "tanh" | "sigmoid" | "relu";

const names = ["label", "kind"];

/** One number in the graph: what it is, how it came about, and how much it moves the loss. */
export class Value {
  /** The number itself. Training moves it on weights and biases. */
  data: number;
  /** ∂root/∂this, summed over every backward() since it was last set to 0. */
  grad = 0;
  /** A name for pictures; "" if none was given. */
  label: string;
  /** What a leaf stands for, "data" if nothing was said; "result" for what an operation made. */
  readonly kind: LeafKind | "result";
  /** The operation that made it, as "+" or "tanh"; "" for a leaf. */
  readonly op: string;
  // At most two inputs, held in fields: an array for each number would cost three times the time.
  readonly #a: Value | undefined;
  readonly #da: number;
  readonly #b: Value | undefined;
  readonly #db: number;
  /** How many uses of this value backward() has still to hear from; 0 outside of it. */
  #uses = 0;

  constructor(data: number, options?: LeafOptions);
  /** @internal A result: each input is followed by the slope along it. */
  constructor(data: number, op: Op, a: Value, da: number, b?: Value, db?: number);
  constructor(data: number, made: Op | LeafOptions = {}, a?: Value, da = 0, b?: Value, db = 0) {
    if (typeof data !== "number") throw new Error(`Value: data must be a number, got ${typeof data} ${String(data)}`);
    const leaf = typeof made !== "string";
    if (leaf) checkOptions("Value", made, names);
    this.data = data;
    this.label = leaf ? (made.label ?? "") : "";
    this.kind = leaf ? (made.kind ?? "data") : "result";
    this.op = leaf ? "" : made;
    this.#a = a;
    this.#da = da;
    this.#b = b;
    this.#db = db;
  }

  /** What this was made from, in order: nothing for a leaf, one value or two for a result. */
  get inputs(): readonly Value[] {
    const a = this.#a;
    const b = this.#b;
    return a && b ? [a, b] : a ? [a] : [];
  }

  /** this + other: slopes 1 and 1. */
  add(other: Value | number): Value {
    const b = asValue(other);
    return new Value(this.data + b.data, "+", this, 1, b, 1);
  }

  /** this - other: slopes 1 and -1. */
  sub(other: Value | number): Value {
    const b = asValue(other);
    return new Value(this.data - b.data, "-", this, 1, b, -1);
  }

  /** this · other: the slope along each is the other. */
  mul(other: Value | number): Value {
    const b = asValue(other);
    return new Value(this.data * b.data, "*", this, b.data, b, this.data);
  }

  /** y = this / other: slopes 1/other and -y/other. */
  div(other: Value | number): Value {
    const b = asValue(other);
    const y = this.data / b.data;
    return new Value(y, "/", this, 1 / b.data, b, -y / b.data);
  }

  /** ∂xⁿ/∂x = n·xⁿ⁻¹ and ∂xⁿ/∂n = xⁿ·ln x. At the corners as PyTorch: x⁰ is flat in x, and 0ⁿ is flat in n ≥ 0. */
  pow(exponent: Value | number): Value {
    const n = asValue(exponent);
    const y = this.data ** n.data;
    const dx = n.data === 0 ? 0 : n.data * this.data ** (n.data - 1);
    const dn = this.data === 0 && n.data >= 0 ? 0 : y * Math.log(this.data);
    return new Value(y, "**", this, dx, n, dn);
  }

  /** -this: slope -1. */
  neg(): Value {
    return new Value(-this.data, "neg", this, -1);
  }

  /** y = eˣ: slope y. */
  exp(): Value {
    const y = Math.exp(this.data);
    return new Value(y, "exp", this, y);
  }

  /** The natural logarithm: slope 1/x. */
  log(): Value {
    return new Value(Math.log(this.data), "log", this, 1 / this.data);
  }

  /** y = tanh x: slope 1 - y². */
  tanh(): Value {
    const y = Math.tanh(this.data);
    return new Value(y, "tanh", this, 1 - y * y);
  }

  /** y = 1 / (1 + e⁻ˣ): slope y · (1 - y). */
  sigmoid(): Value {
    const y = 1 / (1 + Math.exp(-this.data));
    return new Value(y, "sigmoid", this, y * (1 - y));
  }

  /** At the kink, x = 0, the slope is 0, by convention. */
  relu(): Value {
    return new Value(Math.max(0, this.data), "relu", this, this.data > 0 ? 1 : 0);
  }

  /** Sets grad = 1 here and adds ∂this/∂value to the grad of every value below. Any depth; never recursive. */
  backward(): void {
    // Downwards once, to count each value's uses. What earlier passes left in a grad waits aside, or this pass would
    // carry it down a second time.
    const earlier: { value: Value; grad: number }[] = [];
    const below: Value[] = [this];
    for (const value of below)
      for (const input of value.inputs)
        if (input.#uses++ === 0) {
          below.push(input);
          if (input.grad !== 0) earlier.push({ value: input, grad: input.grad });
          input.grad = 0;
        }

    // Downwards again, in topological order: a value is ready when all its uses have sent their share, since only
    // then is its grad the whole sum that it may pass on.
    this.grad = 1;
    const ready: Value[] = [this];
    for (const value of ready) {
      if (value.#a) value.#a.#receive(value.#da * value.grad, ready);
      if (value.#b) value.#b.#receive(value.#db * value.grad, ready);
    }
    for (const { value, grad } of earlier) value.grad += grad;
  }

  #receive(share: number, ready: Value[]): void {
    this.grad += share;
    if (--this.#uses === 0) ready.push(this);
  }
}

/** Numbers in a formula become leaves of the graph. */
export function asValue(x: Value | number): Value {
  return x instanceof Value ? x : new Value(x);
}

/** Every value in the graph of root, each once, root first. */
export function valuesUnder(root: Value): Value[] {
  const values = new Set([root]);
  for (const value of values) for (const input of value.inputs) values.add(input);
  return [...values];
}
