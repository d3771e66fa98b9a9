// aᵇ = 2^(b · log₂ |a|) for threads of a GPU. The logarithm needs some 40 binary digits, since b multiplies its error. A GPU has no float64,
// and its compilers may reorder sums of floats, so it is computed in integers:
//   |a| = 2ᵏ m, √½ ≤ m < √2;   t = m · C / 512 − 1, exactly, with C from a table so that |t| < 2⁻⁷
//   log₂ |a| = k − log₂ (C / 512) + log₂ (1 + t)    with 55 digits after the point, in two words
//   b · log₂ |a| = n + x, |x| ≤ ½, and aᵇ = 2ⁿ · 2ˣ
// Example: a = 3 = 2² · 0.75, C = 683, t = 0.75 · 683 / 512 − 1 = 0.00049, log₂ 3 = 2 − 0.41574 + 0.00070 = 1.58496.
import type { Block } from "../block.ts";
import {
  abs,
  add,
  and,
  bits,
  constant,
  entry,
  eq,
  ge,
  lt,
  ltUnsigned,
  mul,
  ne,
  neg,
  or,
  select,
  shiftLeft,
  shiftRight,
  shiftRightUnsigned,
  sub,
  toF32,
  toI32,
  xor,
} from "../build.ts";
import { inOneLane } from "../one-lane.ts";
import type { Expression } from "../program.ts";
import { polynomial } from "./polynomial.ts";
import { withSpecialValues } from "./power.ts";
import { highProduct } from "./turn.ts";

/** Bits of √½ and of infinity. */
const rootHalf = 0x3f35_04f3;
const infinity = 0x7f80_0000;
/** Digits after the point of the logarithm. */
const digits = 55;
/** The parts of m from √½ to √2, each 2⁻⁷ wide. */
const firstPart = 90;
const parts = Array.from({ length: 92 }, (_, i) => {
  const middle = (firstPart + i + 0.5) / 128;
  // Near 1 the logarithm is small, and t alone gives all its digits.
  const multiplier = Math.abs(middle - 1) < 2 ** -7 ? 512 : Math.round(512 / middle);
  const logarithm = BigInt(Math.round(-Math.log2(multiplier / 512) * 2 ** 51)) << 4n;
  return { multiplier, high: Number(logarithm >> 32n), low: Number(BigInt.asIntN(32, logarithm)) };
});
/** The fraction of log₂ e, times 2³². */
const fractionOfLog2E = Math.round((Math.LOG2E - 1) * 2 ** 32) | 0;
/** (log₂ (1 + t) − t · log₂ e) / t² */
const series = [-1 / 2, 1 / 3, -1 / 4, 1 / 5].map((coefficient) => coefficient * Math.LOG2E);
/** (2ˣ − 1) / x on |x| ≤ ½, to 2⁻²⁸ of 2ˣ. */
const binary = [0.693147226, 0.240226511, 0.0555029686, 0.00961803039, 0.00134101543, 0.000154698647];
/** Powers of 2 above this are infinite, and below its negative 0. */
const maxPower = 160;
const bitsOfMaxPower = 0x4320_0000;

/** A number of 64 bits. */
interface Wide {
  readonly high: Expression;
  readonly low: Expression;
}

/** aᵇ. */
export function singlePower(block: Block, a: Expression, b: Expression): Expression {
  const [sizeA, sizeB] = [a, b].map((x) => block.let("size", and(bits(x, "i32"), 0x7fff_ffff)));
  const isExtreme = block.let("isExtreme", or(eq(sizeA, 0), eq(sizeA, infinity)));
  const logarithm = logarithmOf(block, sizeA);
  const negative = block.let("negative", select(isExtreme, eq(sizeA, 0), lt(logarithm.high, 0)));
  const size = absolute(block, logarithm);
  const about = add(
    mul(toF32(size.high), 2 ** (32 - digits)),
    mul(toF32(shiftRightUnsigned(size.low, 1)), 2 ** (1 - digits)),
  );
  const isLarge = ge(bits(mul(abs(b), about), "i32"), bitsOfMaxPower);
  const saturated = block.let("isSaturated", or(isExtreme, isLarge));
  const { whole, fraction } = product(block, sizeB, size);
  const sign = block.let("negates", ne(negative, lt(bits(b, "i32"), 0)));
  const n = block.let("n", select(saturated, maxPower, whole));
  const x = block.let("x", select(saturated, 0, fraction));
  const power = twoTo(block, block.let("n", select(sign, sub(0, n), n)), block.let("x", select(sign, neg(x), x)));
  const isNumber = and(lt(sizeA, infinity + 1), lt(sizeB, infinity + 1));
  const known = block.let("power", select(isNumber, power, Number.NaN));
  return inOneLane(block, withSpecialValues, [known, a, b]);
}

/** log₂ of a positive finite number, from its bits. */
function logarithmOf(block: Block, size: Expression): Wide {
  // A subnormal number is its bits times 2⁻¹⁴⁹.
  const isSubnormal = block.let("isSubnormal", lt(size, 0x80_0000));
  const own = block.let("own", select(isSubnormal, bits(toF32(size), "i32"), size));
  const k = block.let("k", shiftRight(sub(own, rootHalf), 23));
  const m = block.let("m", toI32(mul(bits(sub(own, shiftLeft(k, 23)), "f32"), 2 ** 24)));
  const index = sub(shiftRightUnsigned(m, 17), firstPart);
  const part = block.let("part", select(ltUnsigned(index, parts.length), index, 0));
  const of = (name: "multiplier" | "high" | "low") =>
    block.let(
      name,
      entry(
        parts.map((one) => one[name]),
        part,
      ),
    );
  // t times 2³³: the product is near 2³³, which is 0 in 32 bits.
  const t = block.let("t", mul(m, of("multiplier")));
  const exponent = add(k, select(isSubnormal, -149, 0));
  const whole: Wide = { high: add(of("high"), shiftLeft(exponent, digits - 32)), low: of("low") };
  return plus(block, plus(block, whole, linear(block, t)), higher(block, t));
}

/** t · log₂ e = t + t · fraction, from t times 2³³. */
function linear(block: Block, t: Expression): Wide {
  const size = block.let("size", select(lt(t, 0), sub(0, t), t));
  const fraction = block.let("fraction", constant("i32", fractionOfLog2E));
  // The product has 65 digits after the point.
  const high = block.let("high", highProduct(block, size, fraction));
  const low = or(shiftRightUnsigned(mul(size, fraction), 10), shiftLeft(high, 22));
  const product: Wide = { high: shiftRightUnsigned(high, 10), low };
  const sum = plus(block, { high: shiftRightUnsigned(size, 10), low: shiftLeft(size, 22) }, product);
  return negatedIf(block, lt(t, 0), sum);
}

/** The terms of log₂ (1 + t) from t² on, which are so small that floats suffice. */
function higher(block: Block, t: Expression): Wide {
  const x = block.let("x", mul(toF32(t), 2 ** -33));
  const terms = mul(polynomial(x, series, "f32"), mul(x, x));
  // 43 digits after the point, of which a float has 24 anyway.
  const small = block.let("terms", toI32(mul(terms, 2 ** 43)));
  return { high: shiftRight(small, 20), low: shiftLeft(small, 12) };
}

/** |b| times a number of 55 digits after the point: the nearest integer, and the rest; undefined if that is too large. */
function product(block: Block, size: Expression, { high, low }: Wide): { whole: Expression; fraction: Expression } {
  const exponent = block.let("exponent", shiftRightUnsigned(size, 23));
  const mantissa = block.let("mantissa", or(and(size, 0x7f_ffff), select(eq(exponent, 0), 0, 0x80_0000)));
  const bottom = block.let("bottom", mul(mantissa, low));
  const lower = block.let("lower", mul(mantissa, high));
  const middle = block.let("middle", add(highProduct(block, mantissa, low), lower));
  const top = block.let("top", add(highProduct(block, mantissa, high), ltUnsigned(middle, lower)));
  // 32 digits after the point remain: the three words move right by 23 − (exponent − 150), at least by 0.
  const shift = block.let("shift", sub(digits - 32 + 150, exponent));
  const by = block.let("by", and(shift, 31));
  const words = [top, middle, bottom];
  const moved = (word: Expression, above: Expression) =>
    or(shiftRightUnsigned(word, by), shiftLeft(shiftLeft(above, 1), sub(31, by)));
  /** The word at a place from the lowest one after a move by whole words. */
  const wordAt = (place: number) =>
    [0, 1, 2].reduceRight<Expression>(
      (other, whole) => {
        const word = words[2 - place - whole] ?? constant("i32", 0);
        return select(eq(shiftRightUnsigned(shift, 5), whole), word, other);
      },
      constant("i32", 0),
    );
  const [first, second, third] = [0, 1, 2].map((place) => block.let("word", wordAt(place)));
  const fraction = block.let("fraction", moved(first, second));
  const whole = add(moved(second, third), shiftRightUnsigned(fraction, 31));
  return { whole, fraction: mul(toF32(fraction), 2 ** -32) };
}

/** 2ⁿ · 2ˣ with |x| ≤ ½: 2ⁿ in two factors, so that the result is rounded once, also if it is subnormal or infinite. */
function twoTo(block: Block, n: Expression, x: Expression): Expression {
  const power = add(mul(polynomial(x, binary, "f32"), x), 1);
  const half = block.let("half", shiftRight(n, 1));
  const [first, second] = [half, sub(n, half)].map((part) => bits(shiftLeft(add(part, 127), 23), "f32"));
  return mul(mul(power, first), second);
}

function plus(block: Block, a: Wide, b: Wide): Wide {
  const low = block.let("low", add(a.low, b.low));
  return { high: block.let("high", add(add(a.high, b.high), ltUnsigned(low, block.named("before", a.low)))), low };
}

/** −(high, low) = (not high, not low) + 1 */
function negatedIf(block: Block, condition: Expression, { high, low }: Wide): Wide {
  const flip = block.let("flip", sub(0, condition));
  return plus(block, { high: xor(high, flip), low: xor(low, flip) }, { high: constant("i32", 0), low: and(flip, 1) });
}

const absolute = (block: Block, value: Wide): Wide => negatedIf(block, lt(value.high, 0), value);
