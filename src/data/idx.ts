// IDX is the file format of MNIST and its relatives: arrays of numbers, big-endian.
//
//   byte 0, 1   zero
//   byte 2      type: 0x08 uint8, 0x0c int32, 0x0d float32, 0x0e float64 (0x09 int8 and 0x0b int16 have no counterpart here)
//   byte 3      rank
//   byte 4 ...  one uint32 a dimension
//   then        the elements, row-major, to the last byte of the file
//
// The sizes in a header may be wrong, so nothing is allocated or inflated for them before the file is known to have that many bytes.
import { ChainruleError } from "../errors/error.ts";
import { tensor } from "../tensor/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { bytesOf } from "../tensor/typed-array.ts";
import { gunzip, isGzip } from "./gunzip.ts";

type Elements = Uint8Array | Int32Array | Float32Array | Float64Array;

interface ElementType {
  readonly name: string;
  readonly bytes: number;
  readonly read: (view: DataView, count: number) => Elements;
}

const elementTypes: ReadonlyMap<number, ElementType> = new Map([
  [0x08, { name: "uint8", bytes: 1, read: (v, n) => new Uint8Array(v.buffer, v.byteOffset, n).slice() }],
  [0x0c, { name: "int32", bytes: 4, read: (v, n) => new Int32Array(n).map((_, i) => v.getInt32(4 * i)) }],
  [0x0d, { name: "float32", bytes: 4, read: (v, n) => new Float32Array(n).map((_, i) => v.getFloat32(4 * i)) }],
  [0x0e, { name: "float64", bytes: 8, read: (v, n) => new Float64Array(n).map((_, i) => v.getFloat64(8 * i)) }],
]);

interface Header {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly count: number;
  /** The byte at which the elements begin, and the required length of the file in bytes. */
  readonly start: number;
  readonly end: number;
}

const maxHeaderBytes = 4 + 4 * 255;

/**
 * Reads an IDX file, plain or gzipped, into a tensor of the file's shape and dtype (uint8, int32, float32 or float64).
 * Never inflates more than the header announces. Throws if the bytes are no IDX file, are cut off, or continue after the last
 * element. The error names the byte; in a gzipped file bytes are counted after inflating.
 */
export async function readIdx(bytes: Uint8Array): Promise<Tensor> {
  bytes = bytesOf("readIdx", bytes);
  if (!isGzip(bytes)) {
    const header = readHeader(bytes, "");
    return readElements(bytes, header, "");
  }
  const where = " after inflating";
  const head = await gunzip(bytes, maxHeaderBytes);
  if (head.failure !== null && head.data.length < 4) fail(head.data.length, where, broken(head.failure));
  const header = readHeader(head.data, where);
  const { data, more, failure } = await gunzip(bytes, header.end);
  if (more) fail(header.end, where, `the file goes on beyond the ${describe(header)} that its header announces`);
  if (failure !== null) fail(data.length, where, broken(failure));
  return readElements(data, header, where);
}

function readHeader(bytes: Uint8Array, where: string): Header {
  if (bytes.length < 4) fail(bytes.length, where, "the file ends within the first four bytes of an IDX file");
  if (bytes[0] !== 0 || bytes[1] !== 0) {
    const magic = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    fail(0, where, `not an IDX file: it begins with ${magic} instead of two zero bytes`);
  }
  const type = elementTypes.get(bytes[2]);
  if (type === undefined) {
    const known = [...elementTypes].map(([code, { name }]) => `${hex(code)} ${name}`).join(", ");
    fail(2, where, `element type ${hex(bytes[2])} is not supported; supported are ${known}`);
  }
  const rank = bytes[3];
  const start = 4 + 4 * rank;
  if (bytes.length < start) fail(bytes.length, where, `the file ends within the sizes of its ${rank} dimensions`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const shape = Array.from({ length: rank }, (_, dim) => view.getUint32(4 + 4 * dim));
  const count = shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, 1);
  return { type, shape, count, start, end: start + count * type.bytes };
}

function readElements(bytes: Uint8Array, header: Header, where: string): Tensor {
  const { type, shape, count, start, end } = header;
  if (bytes.length < end)
    fail(
      bytes.length,
      where,
      `the file ends here, its header announces ${describe(header)}, for which it needs ${end} bytes`,
    );
  if (bytes.length > end) fail(end, where, `the file goes on beyond the ${describe(header)} that its header announces`);
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
  return tensor(type.read(view, count), { shape });
}

const describe = ({ type, shape }: Header) => `${type.name}[${shape.join(", ")}]`;
const broken = (reason: string) => `the gzip stream is damaged or cut off (${reason})`;
const hex = (byte: number) => `0x${byte.toString(16).padStart(2, "0")}`;

function fail(byte: number, where: string, problem: string): never {
  throw new ChainruleError("file", "readIdx", `byte ${byte}${where}: ${problem}`, { byte });
}
