// safetensors is how weights travel: names, shapes and raw little-endian bytes, nothing that could run. PyTorch, JAX and browsers
// read it too. Bytes go through unchanged, whatever they mean as numbers, so a round trip is exact down to the payload of a NaN.
import { tensor } from "../tensor/create.ts";
import type { DType, TypedArray } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";
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

/**
 * The tensors of a safetensors file, and its metadata. F32, F64, I32, U8 and BOOL come as they are, I64 as int32 if every value
 * fits. Throws, naming the byte or the tensor, on anything else that does not hold together: lengths, shapes, offsets, overlaps,
 * holes, names that come twice, another dtype. The result shares no memory with `bytes`.
 */
export function readSafetensors(bytes: Uint8Array): { tensors: Map<string, Tensor>; metadata: Record<string, string> } {
  if (!(bytes instanceof Uint8Array)) throw new TypeError("readSafetensors: expected the file's bytes as a Uint8Array");
  const { entries, metadata } = readHeader(bytes);
  const unreadable = entries.find(({ dtype }) => !dtypes.has(dtype) && dtype !== "I64");
  if (unreadable !== undefined)
    fail(
      `tensor ${quote(unreadable.name)} has dtype ${unreadable.dtype}, which is not read; ` +
        `convert it to ${[...dtypes.keys()].join(", ")} where the file was written`,
    );
  return { tensors: new Map(entries.map((entry) => [entry.name, readTensor(bytes, entry)])), metadata };
}

function readTensor(bytes: Uint8Array, entry: Entry): Tensor {
  const { name, dtype: code, shape, begin, end } = entry;
  if (code === "I64") return tensor(readInt64(bytes, entry), { shape });
  const dtype = dtypes.get(code);
  if (dtype === undefined) throw new Error(`internal: dtype ${code} was let through`);
  // A copy, because the file's own offset need not be a multiple of the element's size (and Node's Buffer.slice makes none).
  const data = new Uint8Array(bytes.subarray(begin, end));
  if (dtype === "bool") {
    const wrong = data.findIndex((value) => value > 1);
    if (wrong >= 0) fail(`byte ${begin + wrong}: tensor ${quote(name)} is BOOL, but holds ${data[wrong]}`);
  }
  return tensor(formats[dtype].view(data.buffer), { shape, dtype });
}

/** PyTorch counts batches in int64, which has no counterpart here. */
function readInt64(bytes: Uint8Array, { name, begin, end }: Entry): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset + begin, end - begin);
  const values = new Int32Array((end - begin) / 8);
  for (let i = 0; i < values.length; i++) {
    const value = view.getBigInt64(8 * i, true);
    values[i] = Number(value);
    if (BigInt(values[i]) !== value)
      fail(`byte ${begin + 8 * i}: tensor ${quote(name)} is I64 and holds ${value}, which does not fit into int32`);
  }
  return values;
}

/**
 * A safetensors file of these tensors. The same tensors and metadata make the same bytes, in whatever order they come: data lies
 * widest dtype first, then by name, so that each tensor is aligned. Throws where the metadata is not all strings.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Record<string, string> = {},
): Uint8Array {
  const sorted = [...tensors].sort(
    ([a, { dtype: first }], [b, { dtype: second }]) => formats[second].bytes - formats[first].bytes || compare(a, b),
  );
  const header = new TextEncoder().encode(headerText(sorted, metadata));
  const start = 8 + Math.ceil(header.length / 8) * 8;
  const sizes = sorted.map(([, { dtype, size }]) => size * formats[dtype].bytes);
  const bytes = new Uint8Array(sizes.reduce((sum, size) => sum + size, start));
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.fill(0x20, 8, start);
  bytes.set(header, 8);
  let at = start;
  for (const [, { data }] of sorted) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/** Written piece by piece: an object would put names that look like numbers first, and lose one called __proto__. */
function headerText(tensors: readonly [string, Tensor][], metadata: Record<string, string>): string {
  const strings = Object.entries(metadata).sort(([a], [b]) => compare(a, b));
  for (const [key, value] of strings)
    if (typeof value !== "string")
      throw new TypeError(`writeSafetensors: metadata ${quote(key)} has to be a string, it is ${typeof value}`);
  const members = strings.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  const entries = members.length > 0 ? [`"__metadata__":{${members.join(",")}}`] : [];
  let at = 0;
  for (const [name, { dtype, shape, size }] of tensors) {
    if (name === "__metadata__") throw new Error('writeSafetensors: no tensor can be called "__metadata__"');
    const { code, bytes } = formats[dtype];
    const entry = { dtype: code, shape, data_offsets: [at, (at += size * bytes)] };
    entries.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  }
  return `{${entries.join(",")}}`;
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
