// Converts dtypes of files that chainrule does not have. PyTorch counts batches in int64, and half-precision weights are common; both are
// read into a dtype that holds their values exactly, or refused.
//
//   F16   1 sign, 5 exponent (bias 15), 10 fraction      BF16   the upper half of a float32
import { type Entry, fail, quote } from "./header.ts";

export const int64 = { code: "I64", bytes: 8 } as const;

type Convert = (bytes: Uint8Array, entry: Entry) => Int32Array | Float32Array;

export const conversions: ReadonlyMap<string, Convert> = new Map<string, Convert>([
  [int64.code, readInt64],
  ["F16", (bytes, entry) => readHalves(bytes, entry, floatOfHalf)],
  ["BF16", (bytes, entry) => readHalves(bytes, entry, (bits) => bits << 16)],
]);

/** Whether PyTorch has a tensor of this name in int64. */
export const isWide = (name: string) => /(^|\.)num_batches_tracked$/.test(name);

function readInt64(bytes: Uint8Array, { name, begin, end }: Entry): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset + begin, end - begin);
  const values = new Int32Array((end - begin) / 8);
  for (let i = 0; i < values.length; i++) {
    const low = view.getInt32(8 * i, true);
    if (view.getInt32(8 * i + 4, true) !== low >> 31)
      fail(
        `byte ${begin + 8 * i}: tensor ${quote(name)} is I64 and holds ${view.getBigInt64(8 * i, true)}, which does not fit into int32`,
      );
    values[i] = low;
  }
  return values;
}

export function writeInt64(to: Uint8Array, values: ArrayLike<number>): void {
  const view = new DataView(to.buffer, to.byteOffset, to.length);
  for (let i = 0; i < values.length; i++) view.setBigInt64(8 * i, BigInt(values[i]), true);
}

function readHalves(bytes: Uint8Array, { begin, end }: Entry, widen: (bits: number) => number): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset + begin, end - begin);
  const bits = new Int32Array((end - begin) / 2);
  for (let i = 0; i < bits.length; i++) bits[i] = widen(view.getUint16(2 * i, true));
  return new Float32Array(bits.buffer);
}

/** The bits of the float32 of equal value. NaNs keep their payload; a subnormal F16 is a whole number times 2⁻²⁴. */
function floatOfHalf(bits: number): number {
  const sign = (bits & 0x8000) << 16;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 1023) << 13);
}

export const float16 = { code: "F16", bytes: 2 } as const;

/** Whether float16 holds every value exactly: then a file in F16 is read as the same bits. */
export function areHalves(values: Float32Array): boolean {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  return bits.every((one) => halfOfFloat(one) >= 0);
}

/** Writes float32 values, of which float16 holds every one. */
export function writeHalves(to: Uint8Array, values: Float32Array): void {
  const view = new DataView(to.buffer, to.byteOffset, to.length);
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < bits.length; i++) view.setUint16(2 * i, halfOfFloat(bits[i]), true);
}

/** The bits of the float16 that is equal to the float32 of these bits, NaNs with their payload; -1 where there is none. */
function halfOfFloat(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 255;
  const fraction = bits & 0x7fffff;
  if (exponent === 0) return fraction === 0 ? sign : -1;
  // A normal float16 has the exponents -14 to 15 and 10 bits of fraction; a subnormal one is a whole number times 2⁻²⁴.
  const isSubnormal = exponent < 113;
  const dropped = isSubnormal ? 126 - exponent : 13;
  const digits = isSubnormal ? fraction | 0x800000 : fraction;
  if (dropped > 23 || (digits & ((1 << dropped) - 1)) !== 0) return -1;
  if (isSubnormal) return sign | (digits >> dropped);
  if (exponent === 255) return sign | 0x7c00 | (digits >> 13);
  return exponent > 142 ? -1 : sign | ((exponent - 112) << 10) | (digits >> 13);
}
