// The argument reduction of sin and cos in integers alone: x = n·π/2 + r with |r| ≤ π/4. A GPU has no float64, and its compilers may
// reorder sums of floats, which would lose the digits that the subtraction of a multiple of π/2 leaves. So |x| = M·2ᵉ, M of 24 bits, is
// multiplied by those binary digits of 1/2π that matter for the exponent e (Payne and Hanek), as in radians.ts:
//   fraction of |x| / 2π  =  fraction of M · 0.W₀W₁W₂…, where W₀ is the first word of 32 digits from the e-th digit on
import type { Block } from "../block.ts";
import {
  add,
  and,
  bits,
  constant,
  entry,
  lt,
  ltUnsigned,
  mul,
  neg,
  or,
  select,
  shiftLeft,
  shiftRightUnsigned,
  sub,
  toF32,
  xor,
} from "../build.ts";
import type { Expression } from "../program.ts";

/** 32 zeros, then the first 256 binary digits of 1/2π. */
const digits = [0, 0x28be60db, 0x9391054a, 0x7f09d5f4, 0x7d4d3770, 0x36d8a566, 0x4f10e410, 0x7f9458ea, 0xf7aef158].map(
  (word) => word | 0,
);

/** Bits of π/4, and of infinity. */
const quarterPi = 0x3f49_0fdb;
const infinity = 0x7f80_0000;

/** 2π = turnHigh + turnLow. */
const turnHigh = Math.fround(2 * Math.PI);
const turnLow = 2 * Math.PI - turnHigh;

/** The reduced argument of |x|: r, and n modulo 4. NaN and infinite x give a NaN. */
export interface Turned {
  readonly r: Expression;
  readonly n: Expression;
}

/** Reduces |x|. */
export function turned(block: Block, x: Expression): Turned {
  const size = block.let("size", and(bits(x, "i32"), 0x7fff_ffff));
  const isSmall = block.let("isSmall", lt(size, quarterPi));
  const { high, low } = fractionOf(block, size);
  // The turn is n quarters and a rest of at most an eighth: its 64 digits, with the sign.
  const n = block.let("n", shiftRightUnsigned(add(high, 1 << 29), 30));
  const rest = block.let("rest", sub(high, shiftLeft(n, 30)));
  const negative = block.let("negative", lt(rest, 0));
  // −(high, low) = (not high, not low + 1): the 1 is too small to matter.
  const flip = block.let("flip", sub(0, negative));
  const [top, bottom] = [block.let("top", xor(rest, flip)), block.let("bottom", xor(low, flip))];
  // 24 digits, exactly, and the next 31.
  const first = block.let("first", mul(toF32(shiftRightUnsigned(top, 5)), 2 ** -27));
  const next = toF32(or(shiftLeft(and(top, 31), 26), shiftRightUnsigned(bottom, 6)));
  const r = block.let("r", add(mul(first, turnHigh), add(mul(first, turnLow), mul(next, 2 ** -58 * turnHigh))));
  const signed = select(negative, neg(r), r);
  const finite = select(isSmall, bits(size, "f32"), signed);
  return {
    r: block.let("r", select(lt(size, infinity), finite, Number.NaN)),
    n: block.let("n", select(isSmall, 0, n)),
  };
}

/** The fraction of |x| / 2π as 64 binary digits, from the bits of |x| ≥ 1/2. */
function fractionOf(block: Block, size: Expression): { readonly high: Expression; readonly low: Expression } {
  const mantissa = block.let("mantissa", or(and(size, 0x7f_ffff), 0x80_0000));
  // e + 32, with |x| = M·2ᵉ, as an index of digits; 0 to 136, also where x is NaN or small.
  const exponent = block.let("exponent", shiftRightUnsigned(size, 23));
  const first = block.let("first", select(ltUnsigned(sub(exponent, 118), 137), sub(exponent, 118), 0));
  const word = block.let("word", shiftRightUnsigned(first, 5));
  const shift = block.let("shift", and(first, 31));
  const digit = [0, 1, 2, 3].map((i) => block.let("digits", entry(digits, add(word, i))));
  const [w0, w1, w2] = [0, 1, 2].map((i) =>
    block.let(
      "w",
      or(shiftLeft(digit[i], shift), shiftRightUnsigned(shiftRightUnsigned(digit[i + 1], 1), sub(31, shift))),
    ),
  );
  const middle = block.let("middle", mul(mantissa, w1));
  const low = block.let("low", add(middle, highProduct(block, mantissa, w2)));
  const carry = ltUnsigned(low, middle);
  return { high: block.let("high", add(add(mul(mantissa, w0), highProduct(block, mantissa, w1)), carry)), low };
}

/** The upper 32 bits of the product of a number of up to 30 bits and one of 32, both without a sign. */
export function highProduct(block: Block, a: Expression, b: Expression): Expression {
  const [aHigh, aLow] = [shiftRightUnsigned(a, 16), and(a, 0xffff)];
  const [bHigh, bLow] = [shiftRightUnsigned(b, 16), and(b, 0xffff)];
  const cross = block.let("cross", mul(aLow, bHigh));
  const middle = add(add(shiftRightUnsigned(mul(aLow, bLow), 16), and(cross, 0xffff)), mul(aHigh, bLow));
  return add(add(mul(aHigh, bHigh), shiftRightUnsigned(cross, 16)), shiftRightUnsigned(middle, 16));
}

/** A float with the sign of another, of which only the bits are used; its own sign is changed where that is negative. */
export const withSignOf = (y: Expression, x: Expression): Expression =>
  bits(xor(bits(y, "i32"), and(bits(x, "i32"), constant("i32", -(2 ** 31)))), "f32");
