// Types and constants in MLIR's syntax: tensor<2x3xf32>, dense<1.5>.
import type { DType } from "chainrule/compiler";

export interface Type {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** A value of the text: its name, with the % or %0#1, and its type. */
export interface Value extends Type {
  readonly name: string;
}

const elementTypes = { float32: "f32", float64: "f64", int32: "i32", uint8: "ui8", bool: "i1" } satisfies Record<
  DType,
  string
>;

export const isFloating = (dtype: DType): dtype is "float32" | "float64" => dtype === "float32" || dtype === "float64";

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** "tensor<2x3xf32>" */
export const typeText = ({ shape, dtype }: Type): string => `tensor<${[...shape, elementTypes[dtype]].join("x")}>`;

/** "(tensor<f32>, tensor<2xi1>)" */
export const typesText = (types: readonly Type[]): string => `(${types.map(typeText).join(", ")})`;

/** "tensor<f32>", or a list in brackets where there are several. */
export const resultText = (types: readonly Type[]): string =>
  types.length === 1 ? typeText(types[0]) : typesText(types);

/** "[1, 2]" */
export const listText = (numbers: readonly number[]): string => `[${numbers.join(", ")}]`;

/** Infinities and NaN, which have no decimal form, as the bits of the number. */
const bits = {
  float32: { NaN: "0x7FC00000", Infinity: "0x7F800000", "-Infinity": "0xFF800000" },
  float64: { NaN: "0x7FF8000000000000", Infinity: "0x7FF0000000000000", "-Infinity": "0xFFF0000000000000" },
} as const;

/** A number as an element of this dtype, which it is rounded to as a typed array rounds it. */
export function numberText(value: number, dtype: DType): string {
  switch (dtype) {
    case "bool":
      return value === 0 ? "false" : "true";
    case "uint8":
      return String(Uint8Array.of(value)[0]);
    case "int32":
      return String(value | 0);
    case "float32":
    case "float64":
      return decimal(dtype === "float32" ? Math.fround(value) : value, dtype);
    default:
      return dtype satisfies never;
  }
}

/** The shortest decimal number that reads back as this one. MLIR wants a point in it: 1.0, 1.0e-08. */
function decimal(value: number, dtype: "float32" | "float64"): string {
  if (Number.isNaN(value)) return bits[dtype].NaN;
  if (!Number.isFinite(value)) return bits[dtype][value > 0 ? "Infinity" : "-Infinity"];
  const text = dtype === "float32" ? shortest(value) : String(value);
  const [mantissa, exponent] = text.split("e");
  const sign = Object.is(value, -0) ? "-" : "";
  return `${sign}${mantissa.includes(".") ? mantissa : `${mantissa}.0`}${exponent === undefined ? "" : `e${exponent}`}`;
}

/** The fewest digits that a float32 has among its neighbours: 0.1, and not 0.10000000149011612. */
function shortest(value: number): string {
  for (let digits = 1; digits < 10; digits++) {
    const near = Number(value.toPrecision(digits));
    if (Math.fround(near) === value) return String(near);
  }
  return String(value);
}
