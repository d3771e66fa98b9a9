// Values of loop programs while they are interpreted: a list of lanes, one for a single number. Their bits, as bytes, are what shuffles,
// masks and casts work on.
import { type LaneValue, laneBytes, sizeOf, type Type, types } from "./types.ts";

export type Value = readonly LaneValue[];

const writers = {
  i32: (view: DataView, at: number, x: LaneValue) => view.setInt32(at, Number(x), true),
  i64: (view: DataView, at: number, x: LaneValue) => view.setBigInt64(at, BigInt(x), true),
  f32: (view: DataView, at: number, x: LaneValue) => view.setFloat32(at, Number(x), true),
  f64: (view: DataView, at: number, x: LaneValue) => view.setFloat64(at, Number(x), true),
} as const;

const readers = {
  i32: (view: DataView, at: number): LaneValue => view.getInt32(at, true),
  i64: (view: DataView, at: number): LaneValue => view.getBigInt64(at, true),
  f32: (view: DataView, at: number): LaneValue => view.getFloat32(at, true),
  f64: (view: DataView, at: number): LaneValue => view.getFloat64(at, true),
} as const;

/** The bytes of a value, little-endian. */
export function toBytes(value: Value, type: Type): Uint8Array {
  const { lane } = types[type];
  const view = new DataView(new ArrayBuffer(sizeOf(type)));
  for (const [i, x] of value.entries()) writers[lane](view, i * laneBytes[lane], x);
  return new Uint8Array(view.buffer);
}

export function fromBytes(bytes: Uint8Array, type: Type): Value {
  const { lane, lanes } = types[type];
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Array.from({ length: lanes }, (_, i) => readers[lane](view, i * laneBytes[lane]));
}

/** The value with one number in all lanes, or with its own numbers. */
export const spread = (values: Value, type: Type): Value =>
  values.length === types[type].lanes ? values : new Array<LaneValue>(types[type].lanes).fill(values[0]);
