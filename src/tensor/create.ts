// Functions that make tensors from numbers: literals, constants, ranges.
import { ChainruleError } from "../errors/error.ts";
import { checkWhole } from "../errors/numbers.ts";
import { takes } from "./arguments.ts";
import { allocate, type DType, type FloatingDType, isDType, isFloating, noDType, type TypedArray } from "./dtype.ts";
import { fromJSON, isTensorJSON, type TensorJSON } from "./json.ts";
import { flatten, type Nested } from "./nested.ts";
import { checkOptions, type OptionNames } from "./options.ts";
import { checkShape, type Shape, sizeOf } from "./shape.ts";
import { ArrayStorage } from "./storage.ts";
import { apply, Tensor } from "./tensor.ts";
import { type AnyTypedArray, copyOf } from "./typed-array.ts";
import { within } from "./within.ts";

/** The options of the functions that make a tensor of a shape: zeros, ones, full, rand and randn. */
export interface CreateOptions {
  /** The dtype; float32 if left out. */
  readonly dtype?: DType | undefined;
  /** Whether backward() gives the tensor a gradient; false if left out. */
  readonly requiresGrad?: boolean | undefined;
}

/** What tensor takes. */
export interface TensorOptions extends CreateOptions {
  /** The shape; that of the values if left out. */
  readonly shape?: Shape | undefined;
}

export const createNames: OptionNames<CreateOptions> = { dtype: true, requiresGrad: true };
const tensorNames: OptionNames<TensorOptions> = { ...createNames, shape: true };

function checkDType(call: string, dtype: unknown): asserts dtype is DType | undefined {
  if (dtype !== undefined && !isDType(dtype)) throw noDType(call, dtype);
}

function withGrad(x: Tensor, requiresGrad = false): Tensor {
  if (requiresGrad) x.requiresGrad = true;
  return x;
}

/**
 * Makes a tensor with a copy of these values. Numbers become float32, booleans bool, and a typed array keeps its dtype; `dtype` converts,
 * and rounds towards zero for integers. A typed array whose kind is no dtype here becomes one that holds its numbers exactly: a
 * Float16Array float32, a Uint8ClampedArray uint8, and arrays of 8, 16, 32 and 64 bit integers int32. The object that JSON.parse reads
 * from JSON.stringify(x) makes x again. The shape is that of the nested arrays, or `shape`, which must have the same size. Throws if the
 * nesting is ragged or the sizes differ, or if an integer of 32 or 64 bits does not fit into int32.
 */
export function tensor(values: Nested | AnyTypedArray | TensorJSON, options: TensorOptions = {}): Tensor {
  takes("tensor", arguments.length, 2);
  checkOptions("tensor", options, tensorNames);
  const { dtype: wanted, requiresGrad } = options;
  checkDType("tensor", wanted);
  const source = ArrayBuffer.isView(values)
    ? { ...copyOf("tensor", values, wanted), shape: null }
    : fromNested(values, wanted);
  const { data, dtype } = source;
  const shape = options.shape ?? source.shape ?? [data.length];
  checkShape("tensor", shape);
  if (sizeOf(shape) !== data.length)
    throw new ChainruleError("shape", "tensor", `${data.length} values do not fill the shape [${shape}]`);
  return withGrad(new Tensor(new ArrayStorage(data), { shape: [...shape], dtype }), requiresGrad);
}

function fromNested(given: Nested | TensorJSON, wanted?: DType): { data: TypedArray; dtype: DType; shape: Shape } {
  const json = isTensorJSON(given) ? fromJSON(given) : null;
  const { values: flat, shape } = json ?? flatten(given as Nested);
  const dtype =
    wanted ?? json?.dtype ?? (flat.length > 0 && flat.every((x) => typeof x === "boolean") ? "bool" : "float32");
  const data = allocate(dtype, flat.length);
  for (let i = 0; i < data.length; i++) data[i] = dtype === "bool" ? (Number(flat[i]) === 0 ? 0 : 1) : Number(flat[i]);
  return { data, dtype, shape };
}

/** Makes a tensor in which all elements have this value; float32 if no dtype is given. Throws if the shape is not an array of whole numbers from 0. */
export function full(shape: Shape, value: number, options: CreateOptions = {}): Tensor {
  takes("full", arguments.length, 3);
  checkOptions("full", options, createNames);
  const { dtype = "float32", requiresGrad } = options;
  checkShape("full", shape);
  checkDType("full", dtype);
  return withGrad(
    apply("full", [], { shape: [...shape], dtype, value: dtype === "bool" ? (value ? 1 : 0) : value }),
    requiresGrad,
  );
}

/** Makes a tensor of zeros; float32 if no dtype is given. */
export function zeros(shape: Shape, options?: CreateOptions): Tensor {
  takes("zeros", arguments.length, 2);
  return within("zeros", () => full(shape, 0, options));
}

/** Makes a tensor of ones; float32 if no dtype is given. */
export function ones(shape: Shape, options?: CreateOptions): Tensor {
  takes("ones", arguments.length, 2);
  return within("ones", () => full(shape, 1, options));
}

/**
 * Makes the vector start, start + step, ... up to stop, which is excluded; arange(stop) starts from 0. It is int32 if all three numbers are
 * whole, else float32. Throws if the steps do not lead from start to stop.
 */
export function arange(start: number, stop?: number, step = 1): Tensor {
  takes("arange", arguments.length, 3);
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  if (
    !Number.isFinite(from) ||
    !Number.isFinite(to) ||
    !Number.isFinite(step) ||
    step === 0 ||
    (to - from) * step < 0
  ) {
    throw new ChainruleError("option", "arange", `from ${from} to ${to} in steps of ${step} never arrives`);
  }
  const dtype = [from, to, step].every(Number.isInteger) ? "int32" : "float32";
  const data = allocate(dtype, Math.ceil((to - from) / step));
  for (let i = 0; i < data.length; i++) data[i] = from + i * step;
  return new Tensor(new ArrayStorage(data), { shape: [data.length], dtype });
}

/**
 * Makes evenly spaced numbers, float32 [steps], from start to stop, both included. The second half is computed backwards from stop, as in
 * PyTorch.
 */
export function linspace(start: number, stop: number, steps: number): Tensor {
  takes("linspace", arguments.length, 3);
  checkWhole("linspace", "steps", steps, { from: 0 });
  const step = steps > 1 ? (stop - start) / (steps - 1) : 0;
  const data = Float32Array.from({ length: steps }, (_, i) =>
    i < steps / 2 ? start + i * step : stop - (steps - 1 - i) * step,
  );
  return new Tensor(new ArrayStorage(data), { shape: [steps], dtype: "float32" });
}

/** Makes a matrix [n, m] with ones on its diagonal and zeros elsewhere, the identity matrix if m is left out; float32 if no dtype is given. */
export function eye(n: number, m: number = n, options: CreateOptions = {}): Tensor {
  takes("eye", arguments.length, 3);
  checkOptions("eye", options, createNames);
  const { dtype = "float32", requiresGrad } = options;
  checkShape("eye", [n, m]);
  checkDType("eye", dtype);
  const [rows, columns] = [n, m].map((length) => apply("iota", [], { length }));
  const isDiagonal = rows.unsqueeze(1).eq(columns);
  return withGrad(isDiagonal.to(dtype).detach(), requiresGrad);
}

/** Throws unless the dtype is floating. */
export function checkFloating(call: string, dtype: DType): asserts dtype is FloatingDType {
  checkDType(call, dtype);
  if (!isFloating(dtype)) throw new ChainruleError("dtype", call, `makes float32 or float64, not ${dtype}`);
}
