// The kind of a typed array, and the dtype of a tensor made from it. instanceof cannot decide it, since a vm, an iframe and Jest each have a
// Float32Array of their own. Kinds that are no dtype are accepted if a dtype holds all of their numbers exactly.
import { ChainruleError } from "../errors/error.ts";
import { allocate, type DType, type TypedArray } from "./dtype.ts";

/**
 * Float16Array, which not all engines and type libraries have.
 * @inline
 */
interface HalfArray extends ArrayBufferView {
  readonly length: number;
  readonly [index: number]: number;
  readonly [Symbol.toStringTag]: "Float16Array";
}

/** The dtype of a tensor that is made from each kind of typed array. */
const dtypes = {
  Float32Array: "float32",
  Float64Array: "float64",
  Int32Array: "int32",
  Uint8Array: "uint8",
  Uint8ClampedArray: "uint8",
  Float16Array: "float32",
  Int8Array: "int32",
  Int16Array: "int32",
  Uint16Array: "int32",
  Uint32Array: "int32",
  BigInt64Array: "int32",
  BigUint64Array: "int32",
} as const satisfies Record<string, DType>;

type Kind = keyof typeof dtypes;

/**
 * All typed arrays: those that hold the contents of tensors, and those whose numbers one of the former holds exactly.
 * @inline
 */
export type AnyTypedArray =
  | TypedArray
  | Uint8ClampedArray
  | Int8Array
  | Int16Array
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | HalfArray;

const nameOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)?.get;

/** The kind of a typed array of any realm, such as "Float32Array"; null for any other value, DataView included. */
function kindOf(value: unknown): Kind | null {
  const name: unknown = ArrayBuffer.isView(value) ? nameOf?.call(value) : undefined;
  return typeof name === "string" && Object.hasOwn(dtypes, name) ? (name as Kind) : null;
}

/**
 * Copies the numbers of a typed array, in the wanted dtype or else the array's own. Throws if no dtype is given and an integer does not fit
 * into int32, and for a view that is no array of numbers.
 */
export function copyOf(call: string, values: ArrayBufferView, wanted?: DType): { data: TypedArray; dtype: DType } {
  const kind = kindOf(values);
  if (kind === null) {
    const name = Object.prototype.toString.call(values).slice(8, -1);
    throw new ChainruleError(
      "dtype",
      call,
      `${name} holds no numbers of one kind; use ${Object.keys(dtypes).join(", ")}`,
    );
  }
  const dtype = wanted ?? dtypes[kind];
  const numbers = numbersOf(call, values as AnyTypedArray, kind, wanted);
  const data = allocate(dtype, numbers.length);
  if (dtype === "bool") for (let i = 0; i < data.length; i++) data[i] = numbers[i] === 0 ? 0 : 1;
  else data.set(numbers);
  return { data, dtype };
}

function numbersOf(call: string, values: AnyTypedArray, kind: Kind, wanted?: DType): ArrayLike<number> {
  if (kind === "Uint32Array" || kind === "BigInt64Array" || kind === "BigUint64Array") {
    if (wanted === undefined) refuseLarge(call, values, kind);
    // As in casts, integers are taken modulo 2³², before a bigint is rounded to a number.
    if (wanted === "int32" || wanted === "uint8") return Int32Array.from(values as ArrayLike<unknown>, toInt32);
    return Float64Array.from(values as ArrayLike<unknown>, Number);
  }
  return values as ArrayLike<number>;
}

const toInt32 = (x: unknown): number => (typeof x === "bigint" ? Number(BigInt.asIntN(32, x)) : Number(x) | 0);

function refuseLarge(call: string, values: AnyTypedArray, kind: Kind): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value <= 0x7fffffff && value >= -0x80000000) continue;
    throw new ChainruleError(
      "dtype",
      call,
      `${kind} has ${value} at ${i}, which int32 cannot hold; pass { dtype: "float64" }`,
      {
        index: i,
        value,
      },
    );
  }
}

/** The bytes of a file as a Uint8Array of this realm; throws for any other value. */
export function bytesOf(call: string, bytes: unknown): Uint8Array {
  const kind = kindOf(bytes);
  if (kind !== "Uint8Array" && kind !== "Uint8ClampedArray") {
    const given = Object.prototype.toString.call(bytes).slice(8, -1);
    throw new ChainruleError(
      "type",
      call,
      `expected a Uint8Array, not ${given}; new Uint8Array(buffer) makes one of an ArrayBuffer`,
    );
  }
  if (bytes instanceof Uint8Array) return bytes;
  const { buffer, byteOffset, byteLength } = bytes as Uint8Array;
  return new Uint8Array(buffer, byteOffset, byteLength);
}
