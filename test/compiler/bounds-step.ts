// The parts of error bounds: a node's value and its inputs with their radii, the rounding of each dtype, and a way to run an op's loops on
// other numbers.
import type { DType, NDArray } from "../../src/tensor/dtype.ts";
import { type Attributes, type OpName, opOf } from "../../src/tensor/ops.ts";

export interface Bounded extends NDArray {
  readonly radius: Float64Array;
}

/** A node with its value and its inputs' values and radii. */
export interface Step<N extends OpName = OpName> {
  readonly op: N;
  readonly attributes: Attributes<N>;
  readonly y: NDArray;
  readonly inputs: readonly Bounded[];
}

/** Runs an op's own loops, in float64, on other numbers in place of its inputs' elements. */
export function replay({ op, attributes, y, inputs }: Step, data: readonly (Float64Array | null)[]): Float64Array {
  const result: NDArray = { shape: y.shape, dtype: "float64", data: new Float64Array(y.data.length) };
  const operands = inputs.map((x, i): NDArray => {
    const other = data[i];
    return other ? { shape: x.shape, dtype: "float64", data: other } : x;
  });
  opOf(op).evaluate(result, operands, attributes);
  return Float64Array.from(result.data);
}

export interface Rounding {
  /** One unit of the last place of 1, the smallest number, the largest. */
  readonly epsilon: number;
  readonly tiny: number;
  readonly max: number;
}

const whole: Rounding = { epsilon: 0, tiny: 0, max: Infinity };
export const roundings: Readonly<Record<DType, Rounding>> = {
  float32: { epsilon: 2 ** -23, tiny: 2 ** -149, max: (2 - 2 ** -23) * 2 ** 127 },
  float64: { epsilon: 2 ** -52, tiny: 2 ** -1074, max: Number.MAX_VALUE },
  int32: whole,
  uint8: whole,
  bool: whole,
};
