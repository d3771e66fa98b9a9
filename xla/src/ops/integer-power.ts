// Powers of integers. XLA multiplies by repeated squaring and looks at the low 6 bits of the exponent alone, so that 2 ** 68 would be 2 ** 4.
import type { Body } from "../body.ts";
import type { Value } from "../types.ts";

const digitBits = 6;

/**
 * base ** exponent modulo 2ⁿ; for negative exponents as StableHLO has it, 0 except with the bases 1 and -1. The exponent is written with the
 * digits d₀, d₁, ... to the base 64: b ** e = b ** d₀ · (b ** 64) ** d₁ · (b ** 64²) ** d₂ ···, with b ** 64 as (b ** 8) ** 8.
 */
export function integerPower(base: Value, exponent: Value, body: Body): Value {
  const [result] = body.functions.shared(body, "integer_power", [base, exponent], (inside, [b, e]) => [
    power(b, e, inside),
  ]);
  return result;
}

function power(base: Value, exponent: Value, body: Body): Value {
  const bits = exponent.dtype === "int32" ? 31 : 8;
  const [mask, shift, eight] = [63, digitBits, 8].map((n) => body.constant(n, exponent));
  const raise = (b: Value, e: Value) => body.op("power", b, e);
  let [square, rest] = [base, exponent];
  let result = raise(base, body.op("and", exponent, mask));
  for (let done = digitBits; done < bits; done += digitBits) {
    square = raise(raise(square, eight), eight);
    rest = body.op("shift_right_logical", rest, shift);
    result = body.op("multiply", result, raise(square, body.op("and", rest, mask)));
  }
  if (exponent.dtype === "uint8") return result;
  return body.select(body.compare("LT", exponent, body.constant(0, exponent)), raise(base, exponent), result);
}
