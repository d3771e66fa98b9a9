// The tangent and the inverse trigonometric functions, composed of sin, cos and atan.
import { takes } from "../arguments.ts";
import { pointwise } from "../pointwise.ts";
import { arrange, constant, floating, type Operand, promoted } from "../promotion.ts";
import { inRegion } from "../region.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";
import { elementary, isNegative } from "./elementary.ts";

const tangent = /* @__PURE__ */ pointwise("tan", (x) => x.sin().div(x.cos()));
const arctangent = /* @__PURE__ */ pointwise("atan", (x) => x.apply("atan", [x]));

/** arcsin x = 2 arctan(x / (1 + √(1 - x²))), whose root is computed as √(1 - x) · √(1 + x). */
const arcsine = (x: Tensor): Tensor => {
  const root = x.neg().add(1).sqrt().mul(x.add(1).sqrt());
  const half = x.div(root.add(1));
  return x.apply("atan", [half]).mul(2);
};
const arcsinePass = /* @__PURE__ */ pointwise("asin", arcsine);

/** arccos x = π/2 - arcsin x, and 2 arcsin √((1 - x)/2) above 1/2, where that difference cancels. */
const arccosine = /* @__PURE__ */ pointwise("acos", (x) => {
  const isNearOne = x.gt(0.5);
  const near = arcsine(constant(x, 0.5).where(isNearOne.logicalNot(), x.neg().add(1).div(2)).sqrt()).mul(2);
  const far = arcsine(x.where(isNearOne.logicalNot(), 0))
    .neg()
    .add(Math.PI / 2);
  return near.where(isNearOne, far);
});

/** tan x, with x in radians. */
export function tan(x: Tensor): Tensor {
  takes("tan", arguments.length, 1);
  return elementary("tan", x, tangent);
}

/** arctan x in radians, from -π/2 to π/2. */
export function atan(x: Tensor): Tensor {
  takes("atan", arguments.length, 1);
  return elementary("atan", x, arctangent);
}

/** arcsin x in radians, from -π/2 to π/2; NaN where |x| > 1. */
export function asin(x: Tensor): Tensor {
  takes("asin", arguments.length, 1);
  return elementary("asin", x, arcsinePass);
}

/** arccos x in radians, from 0 to π; NaN where |x| > 1. */
export function acos(x: Tensor): Tensor {
  takes("acos", arguments.length, 1);
  return elementary("acos", x, arccosine);
}

/**
 * The angle of the point (x, y) in radians, from -π to π: arctan(y / x) in the right quadrant. The shapes broadcast. The signs of zeros count,
 * as in IEEE 754; at the origin the gradient is 0.
 */
export function atan2(y: Tensor, x: Operand): Tensor {
  takes("atan2", arguments.length, 2);
  return within("atan2", () => {
    const [a, b] = promoted("atan2", y, x);
    const [c, d] = arrange("atan2", floating(a), floating(b));
    return inRegion("atan2", {}, () => angle(c, d));
  });
}

/**
 * arctan(y/x) + 0 or ±π where |x| ≥ |y|, and ±π/2 - arctan(x/y) elsewhere; neither is divided by a number that is smaller than itself. Two
 * infinities count as ±1, and two zeros as 0 / 1.
 */
function angle(y: Tensor, x: Tensor): Tensor {
  const isOrigin = x.eq(0).logicalAnd(y.eq(0));
  const areInfinite = x.abs().eq(Infinity).logicalAnd(y.abs().eq(Infinity));
  const ordinate = y.sign().where(areInfinite, y.detach().where(isOrigin, y));
  const abscissa = x.sign().where(areInfinite, x);
  const isFlat = y.abs().le(x.abs());
  const isTall = isFlat.logicalNot();
  const sign = constant(y, -1).where(isNegative(y), 1);
  const shift = sign.mul(Math.PI).where(isNegative(x), 0);
  const divisor = constant(x, 1).where(isOrigin.logicalOr(isTall), abscissa);
  const flat = x.apply("atan", [ordinate.where(isFlat, 0).div(divisor)]);
  const tall = x.apply("atan", [abscissa.where(isTall, 0).div(ordinate.where(isTall, 1))]);
  return shiftedBy(flat, shift).where(isFlat, sign.mul(Math.PI / 2).sub(tall));
}

/** angle + shift, where a shift of 0 leaves -0 as it is. */
const shiftedBy = (angle: Tensor, shift: Tensor): Tensor => angle.where(shift.eq(0), angle.add(shift));
