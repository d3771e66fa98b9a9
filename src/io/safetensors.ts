// Reads and writes safetensors, the file format for weights: names, shapes and raw little-endian bytes, without code. PyTorch and JAX read it
// too. Bytes are copied unchanged, so a round trip is exact, payloads of NaNs included.
import { ChainruleError, internal } from "../errors/error.ts";
import { tensor } from "../tensor/create.ts";
import type { DType, TypedArray } from "../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import { stateOf } from "../tensor/state.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { bytesOf } from "../tensor/typed-array.ts";
import { areHalves, conversions, float16, int64, isWide, writeHalves, writeInt64 } from "./conversions.ts";
import { type Entry, fail, quote, readHeader } from "./header.ts";

interface Format {
  readonly code: string;
  readonly bytes: number;
  /** A view of bytes that are aligned and of the right length. */
  readonly view: (buffer: ArrayBuffer) => TypedArray;
}

const formats: Readonly<Record<DType, Format>> = {
  float32: { code: "F32", bytes: 4, view: (buffer) => new Float32Array(buffer) },
  float64: { code: "F64", bytes: 8, view: (buffer) => new Float64Array(buffer) },
  int32: { code: "I32", bytes: 4, view: (buffer) => new Int32Array(buffer) },
  uint8: { code: "U8", bytes: 1, view: (buffer) => new Uint8Array(buffer) },
  bool: { code: "BOOL", bytes: 1, view: (buffer) => new Uint8Array(buffer) },
};
const dtypes = new Map(Object.entries(formats).map(([dtype, { code }]) => [code, dtype as DType]));
const readable: ReadonlySet<string> = new Set([...dtypes.keys(), ...conversions.keys()]);

/**
 * The tensors of a safetensors file, and its metadata. F32, F64, I32, U8 and BOOL keep their dtype; F16 and BF16 become float32, which
 * holds all their values; I64 becomes int32 if every value fits. Throws an error that names the byte or the tensor where lengths, shapes
 * and offsets contradict each other, tensors overlap or leave holes, a name comes twice, or a dtype is another one. Tensors need not be
 * aligned. The result shares no memory with `bytes`.
 */
export function readSafetensors(bytes: Uint8Array): { tensors: Map<string, Tensor>; metadata: Record<string, string> } {
  bytes = bytesOf("readSafetensors", bytes);
  const { entries, metadata } = readHeader(bytes);
  const unreadable = entries.find(({ dtype }) => !readable.has(dtype));
  if (unreadable !== undefined)
    fail(
      `tensor ${quote(unreadable.name)} has dtype ${unreadable.dtype}, which is not supported; ` +
        `convert it to ${[...dtypes.keys()].join(", ")} where the file was written`,
    );
  return { tensors: stateOf(entries.map((entry) => [entry.name, readTensor(bytes, entry)])), metadata };
}

function readTensor(bytes: Uint8Array, entry: Entry): Tensor {
  const { name, dtype: code, shape, begin, end } = entry;
  const convert = conversions.get(code);
  if (convert !== undefined) return tensor(convert(bytes, entry), { shape });
  const dtype = dtypes.get(code);
  if (dtype === undefined) throw internal(`dtype ${code} was let through`);
  // This makes a copy, because the offset in the file need not be a multiple of the element's size (Node's Buffer.slice would not copy).
  const data = new Uint8Array(bytes.subarray(begin, end));
  if (dtype === "bool") {
    const wrong = data.findIndex((value) => value > 1);
    if (wrong >= 0) fail(`byte ${begin + wrong}: tensor ${quote(name)} is BOOL, but holds ${data[wrong]}`);
  }
  return tensor(formats[dtype].view(data.buffer), { shape, dtype });
}

/** The options of writeSafetensors. */
export interface WriteOptions {
  /** Names of float32 tensors that are written as F16, at half the size, where float16 holds each of their values exactly. */
  readonly float16?: ReadonlySet<string> | undefined;
}

const writeNames: OptionNames<WriteOptions> = { float16: true };

/**
 * A safetensors file of these tensors. The same tensors and metadata give the same bytes, in any order of the map: tensors are sorted by the
 * size of their elements, the widest first, and then by name, so that each is aligned. Throws where a value of the metadata is not a
 * string.
 *
 * int32 tensors called `num_batches_tracked`, or `….num_batches_tracked`, are written as I64: PyTorch's batch norm has int64 there.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Record<string, string> = {},
  options: WriteOptions = {},
): Uint8Array {
  checkOptions("writeSafetensors", options, writeNames);
  const parts = [...tensors].map(([name, { dtype, shape, size, data }]): Part => {
    const wide = dtype === "int32" && isWide(name);
    const isHalf = options.float16?.has(name) === true && data instanceof Float32Array && areHalves(data);
    const { code, bytes } = wide ? int64 : isHalf ? float16 : formats[dtype];
    return { name, code, shape, bytes, length: size * bytes, data };
  });
  parts.sort((a, b) => b.bytes - a.bytes || compare(a.name, b.name));
  const header = new TextEncoder().encode(headerText(parts, metadata));
  const start = 8 + Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, start));
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.fill(0x20, 8, start);
  bytes.set(header, 8);
  let at = start;
  for (const { code, data, length } of parts) {
    if (code === int64.code) writeInt64(bytes.subarray(at, at + length), data);
    else if (code === float16.code) writeHalves(bytes.subarray(at, at + length), data as Float32Array);
    else bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += length;
  }
  return bytes;
}

interface Part {
  readonly name: string;
  readonly code: string;
  readonly shape: readonly number[];
  /** Bytes of an element; `length` is the bytes of the whole tensor. */
  readonly bytes: number;
  readonly length: number;
  readonly data: TypedArray;
}

/** The header's JSON, written piece by piece: an object would put names that look like numbers first, and lose one called __proto__. */
function headerText(parts: readonly Part[], metadata: Record<string, string>): string {
  const strings = Object.entries(metadata).sort(([a], [b]) => compare(a, b));
  for (const [key, value] of strings)
    if (typeof value !== "string")
      throw new ChainruleError(
        "type",
        "writeSafetensors",
        `metadata ${quote(key)} has to be a string, but is ${typeof value}`,
      );
  const members = strings.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  const entries = members.length > 0 ? [`"__metadata__":{${members.join(",")}}`] : [];
  let at = 0;
  for (const { name, code, shape, length } of parts) {
    if (name === "__metadata__")
      throw new ChainruleError("option", "writeSafetensors", 'no tensor can be called "__metadata__"');
    const entry = { dtype: code, shape, data_offsets: [at, (at += length)] };
    entries.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  }
  return `{${entries.join(",")}}`;
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
