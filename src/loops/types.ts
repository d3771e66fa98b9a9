// The types of values in loop programs: single numbers, and vectors of 16 bytes whose lanes are computed together. A condition is an i32
// that is 0 or 1. A comparison of vectors gives a mask: a vector of integers as wide as the lanes, with all bits 1 where it holds, else 0.

export type Lane = "i32" | "i64" | "f32" | "f64";
export type Type = Lane | "i32x4" | "f32x4" | "i64x2" | "f64x2";

interface Facts {
  readonly lane: Lane;
  readonly lanes: 1 | 2 | 4;
  /** The type of a comparison's result. */
  readonly condition: Type;
}

export const types = {
  i32: { lane: "i32", lanes: 1, condition: "i32" },
  i64: { lane: "i64", lanes: 1, condition: "i32" },
  f32: { lane: "f32", lanes: 1, condition: "i32" },
  f64: { lane: "f64", lanes: 1, condition: "i32" },
  i32x4: { lane: "i32", lanes: 4, condition: "i32x4" },
  f32x4: { lane: "f32", lanes: 4, condition: "i32x4" },
  i64x2: { lane: "i64", lanes: 2, condition: "i64x2" },
  f64x2: { lane: "f64", lanes: 2, condition: "i64x2" },
} as const satisfies Record<Type, Facts>;

export const laneBytes = { i32: 4, i64: 8, f32: 4, f64: 8 } as const satisfies Record<Lane, number>;

export const isInteger = (type: Type): boolean => types[type].lane === "i32" || types[type].lane === "i64";
export const isVector = (type: Type): boolean => types[type].lanes > 1;
export const sizeOf = (type: Type): number => types[type].lanes * laneBytes[types[type].lane];

/** A lane's value: i64 are bigints, all others numbers. */
export type LaneValue = number | bigint;

const roundTo: Readonly<Record<Lane, (x: LaneValue) => LaneValue>> = {
  i32: (x) => (typeof x === "bigint" ? Number(BigInt.asIntN(32, x)) : x | 0),
  i64: (x) => BigInt.asIntN(64, BigInt(x)),
  f32: (x) => Math.fround(Number(x)),
  f64: (x) => Number(x),
};

/** A result as a value of the type's lanes: integers wrap around, and f32 is rounded. */
export const rounded = (x: LaneValue, type: Type): LaneValue => roundTo[types[type].lane](x);
