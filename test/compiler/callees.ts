// The functions that loop programs call, for the interpreter.
import { mathImports } from "../../src/backends/wasm/emit.ts";
import type { Functions } from "../../src/loops/interpret.ts";
import type { NDArray } from "../../src/tensor/dtype.ts";
import { opOf } from "../../src/tensor/ops.ts";

const number = (x: number): NDArray => ({ shape: [], dtype: "int32", data: Int32Array.of(x) });

function integerPower(base: number, exponent: number): number {
  const y = number(0);
  opOf("pow").evaluate(y, [number(base), number(exponent)], {});
  return y.data[0];
}

export const callees: Functions = new Map<string, (...operands: number[]) => number | undefined>([
  ...Object.entries(mathImports),
  ["integerPower", integerPower],
  // Random graphs have no index out of range.
  ["report", () => undefined],
]);
