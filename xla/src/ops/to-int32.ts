// From floats to int32 as typed arrays convert them: rounded towards zero, modulo 2³², and 0 for NaN and infinities. StableHLO leaves open
// what `convert` gives for numbers that int32 does not have.
import type { Body } from "../body.ts";
import { isFloating, type Value } from "../types.ts";

const modulus = 2 ** 32;

/** x as int32. A private function, so that the text shows its name. */
export function toInt32(x: Value, body: Body): Value {
  if (!isFloating(x.dtype)) return body.convert(x, "int32");
  const [result] = body.functions.shared(body, "to_int32", [x], (inside, [value]) => [wrapped(value, inside)]);
  return result;
}

/**
 * All steps are exact: for whole t, r = t - trunc(t / 2³²) · 2³² is the remainder with the sign of t, and one more 2³² brings it into the
 * range of int32.
 */
function wrapped(x: Value, body: Body): Value {
  const [zero, limit, all] = [0, modulus / 2, modulus].map((n) => body.constant(n, x));
  const t = truncated(x, body);
  const quotient = truncated(body.op("divide", t, all), body);
  const remainder = body.op("subtract", t, body.op("multiply", quotient, all));
  const fromAbove = body.select(body.compare("GE", remainder, limit), body.op("subtract", remainder, all), remainder);
  const inRange = body.select(
    body.compare("LT", remainder, body.constant(-modulus / 2, x)),
    body.op("add", remainder, all),
    fromAbove,
  );
  // x - x is 0 for finite x, and NaN otherwise.
  const hasValue = body.compare("EQ", body.op("subtract", x, x), zero);
  return body.convert(body.select(hasValue, inRange, zero), "int32");
}

/** x rounded towards zero. */
function truncated(x: Value, body: Body): Value {
  const isNegative = body.compare("LT", x, body.constant(0, x));
  return body.select(isNegative, body.op("ceil", x), body.op("floor", x));
}
