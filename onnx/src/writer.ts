// Builds an ONNX graph: nodes, constants, names. The shape of a Value may be smaller than that of the tensor that it stands for, if it
// broadcasts to it. ONNX's ops broadcast themselves, so an expanded bias or a constant is never expanded in the file.
import type { TypedArray } from "chainrule";
import type { DType } from "chainrule/compiler";
import { dataType, type ElementType } from "./element-type.ts";
import type { Attribute, Initializer, OnnxGraph, OnnxNode, Port } from "./protobuf/encode.ts";
import { isFixed, type Size, sameSizes } from "./size.ts";

export interface Value {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly Size[];
}

type Attributes = Readonly<Record<string, Attribute>>;

const arrayOf = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} satisfies Record<DType, unknown>;

export class Writer {
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers: Initializer[] = [];
  readonly #inputs: Port[] = [];
  readonly #names = new Set<string>();
  /** Constants, sizes, casts and expansions that have been written, by a text that describes each. */
  readonly #shared = new Map<string, Value>();

  /** A name that no other value has: `base`, or `base` with a number. */
  #newName(base: string): string {
    let name = base;
    for (let i = 1; this.#names.has(name); i++) name = `${base}_${i}`;
    this.#names.add(name);
    return name;
  }
  #once(key: string, make: () => Value): Value {
    const value = this.#shared.get(key) ?? make();
    this.#shared.set(key, value);
    return value;
  }

  /** Reserves names, so that no node takes them. */
  reserve(names: Iterable<string>): void {
    for (const name of names) this.#names.add(name);
  }

  input(name: string, type: DType, shape: readonly Size[]): Value {
    const port = { name, type, shape };
    this.#inputs.push(port);
    return port;
  }

  /** Writes a tensor's contents under its name, which is reserved already. */
  weight(name: string, type: DType, dims: readonly number[], data: TypedArray): Value {
    this.#initializers.push({ name, type, dims, data });
    return { name, type, shape: dims };
  }

  /** Writes a node, and returns its last output; earlier outputs are not used. */
  node(
    opType: string,
    inputs: readonly (Value | null)[],
    type: ElementType,
    shape: readonly Size[],
    attributes: Attributes = {},
    outputs = 1,
  ): Value {
    const name = this.#newName(opType.toLowerCase());
    const names = inputs.map((input) => input?.name ?? "");
    // Only outputs at the end may be left out in ONNX, so unused ones before the last get a name.
    const unused = Array.from({ length: outputs - 1 }, () => this.#newName(`${name}_unused`));
    this.#nodes.push({ opType, inputs: names, outputs: [...unused, name], attributes });
    return { name, type, shape };
  }

  constant(type: DType, dims: readonly number[], numbers: readonly number[]): Value {
    return this.#once(`${type} ${dims} ${numbers.map((x) => (Object.is(x, -0) ? "-0" : x))}`, () => {
      const name = this.#newName("constant");
      this.#initializers.push({ name, type, dims, data: arrayOf[type].from(numbers) });
      return { name, type, shape: dims };
    });
  }

  /** A 0-d constant, which broadcasts to anything. */
  scalar = (type: DType, value: number): Value => this.constant(type, [], [value]);

  /** A list of sizes as int64 [n], the form in which ONNX ops take shapes, indices and axes. */
  sizes(list: readonly Size[]): Value {
    const key = `sizes ${list.map((n) => (isFixed(n) ? n : `${n.batch}B+${n.plus}`))}`;
    return this.#once(key, () => {
      if (list.every(isFixed)) {
        const name = this.#newName("sizes");
        const dims = [list.length];
        this.#initializers.push({ name, type: "int64", dims, data: BigInt64Array.from(list, BigInt) });
        return { name, type: "int64", shape: dims };
      }
      const pieces = list.map((n) => (isFixed(n) ? this.sizes([n]) : this.#multiple(n.batch, n.plus)));
      return pieces.length === 1 ? pieces[0] : this.node("Concat", pieces, "int64", [list.length], { axis: 0 });
    });
  }
  #multiple(factor: number, plus: number): Value {
    const batch = this.#once("batch", () => {
      const [input] = this.#inputs;
      const port = { ...input };
      return this.node("Shape", [port], "int64", [1], { start: 0, end: 1 });
    });
    const product = factor === 1 ? batch : this.node("Mul", [batch, this.sizes([factor])], "int64", [1]);
    return plus === 0 ? product : this.node("Add", [product, this.sizes([plus])], "int64", [1]);
  }

  cast(x: Value, type: ElementType): Value {
    if (x.type === type) return x;
    return this.#once(`cast ${x.name} ${type}`, () => this.node("Cast", [x], type, x.shape, { to: dataType[type] }));
  }

  /** The value expanded to the full shape of the tensor that it stands for. */
  whole(x: Value, shape: readonly Size[]): Value {
    if (sameSizes(x.shape, shape)) return x;
    // Expand broadcasts in both directions, so a 1 in its shape keeps the size of x.
    const newDims = shape.length - x.shape.length;
    const target = shape.map((n, dim) => (dim >= newDims && x.shape[dim - newDims] !== 1 ? 1 : n));
    return this.#once(`whole ${x.name} ${this.sizes(target).name}`, () =>
      this.node("Expand", [x, this.sizes(target)], x.type, shape),
    );
  }

  /** The same elements in the same order, in another shape. */
  reshape(x: Value, shape: readonly Size[]): Value {
    if (sameSizes(x.shape, shape)) return x;
    const batchSizes = shape.filter((n) => !isFixed(n)).length;
    const isEmpty = shape.includes(0);
    // -1 lets ONNX infer one size; it cannot where another size is 0.
    const target = batchSizes === 1 && !isEmpty ? shape.map((n) => (isFixed(n) ? n : -1)) : shape;
    const attributes: Attributes = isEmpty ? { allowzero: 1 } : {};
    return this.node("Reshape", [x, this.sizes(target)], x.type, shape, attributes);
  }

  /** The graph, with `result` as its output under this name, and without initializers that no node reads. */
  finish(result: Value, name: string): OnnxGraph {
    const isMade = this.#nodes.some(({ outputs }) => outputs.includes(result.name));
    const last = isMade ? result : this.node("Identity", [result], result.type, result.shape);
    const renamed = (used: string) => (used === last.name ? name : used);
    const used = new Set(this.#nodes.flatMap(({ inputs }) => inputs));
    return {
      nodes: this.#nodes.map((node) => ({
        ...node,
        inputs: node.inputs.map(renamed),
        outputs: node.outputs.map(renamed),
      })),
      initializers: this.#initializers.filter((one) => used.has(one.name)),
      inputs: this.#inputs,
      outputs: [{ name, type: result.type, shape: result.shape }],
    };
  }
}
