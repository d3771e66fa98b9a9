// erfc and erfinv. The polynomials come from scripts/special-functions.py; they give float64's last digits but one, and gradients follow from
// erf, whose derivatives are exact.
import { takes } from "../arguments.ts";
import { pointwise } from "../pointwise.ts";
import { constant } from "../promotion.ts";
import type { Tensor } from "../tensor.ts";
import { corrected, elementary, polynomial } from "./elementary.ts";

/** (1 + 2a) · exp(a²) · erfc a in t = (34q + 4) / 30 with q = (a - 4) / (a + 4), for a from 0 to 30. */
const complement = [
  1.2495014583519073, -0.12322474886591261, -0.014621983814387028, 0.09002464328592924, -0.10443534397650302,
  0.08180671375069125, -0.0490462193646679, 0.02292306444072331, -0.00805679679111552, 0.0018526878474986888,
  -0.00010110972943360585, -0.0001085647643710508, 3.781185137658957e-5, 3.410288328275268e-7, -3.4472254659641756e-6,
  5.478219837950162e-7, 2.591204056579355e-7, -8.270784298807869e-8, -1.962798442608444e-8, 9.07334657002132e-9,
  1.580373869901764e-9, -6.376681285439552e-10, -1.0129517645558589e-10,
];

/** erfinv(x) / x in w / 3.125 - 1 with w = -ln(1 - x²), for w up to 6.25. */
const near = [
  1.6536545626831027, 0.7504943200799679, -0.058922567103779404, -0.022604447453825078, 0.017808361818432112,
  -0.00413731436767485, -0.001271692271958298, 0.0012324854519911068, -0.00026439362645934515, -0.0001168880630842072,
  9.336711350835166e-5, -1.5030870369108395e-5, -1.125619146677325e-5, 7.1383125443102916e-6, -6.866552594632471e-7,
  -1.0734591410364882e-6, 5.444465821755199e-7, 5.601549819901144e-9, -1.0426210588989032e-7, 2.8085454480599277e-8,
  8.699377880241274e-9, -4.138396507936207e-9, -1.819903416872606e-11,
];
/** The same in (√w - 3.25) / 0.75, for √w from 2.5 to 4. */
const middle = [
  3.0838856104922208, 0.7539442257706194, 0.0030211394363764865, -0.0015825410891285008, 0.0007883078512000405,
  -0.0004006357032703787, 0.00016966502384997928, -4.739178791780613e-5, 2.405849826863639e-6, 5.12714582829596e-6,
  -2.6647290027131336e-6, 5.268978286875368e-7, 9.272847268010501e-8, -9.536038433614285e-8, 2.6652555523279727e-8,
  2.448720579642754e-10, -2.6921670135260728e-9, 6.819336997989723e-10, -2.159829264980955e-12,
];
/** The same in (√w - 5.05) / 1.05, for √w from 4 to 6.1, where x is the last float64 before 1. */
const far = [
  4.90042105144364, 1.0607992684776444, -0.00018726854586198106, -0.00023188618593541788, 8.659304819060866e-5,
  -2.345109295047576e-5, 5.6201715530804584e-6, -1.2762899251092935e-6, 2.9784272752046645e-7, -8.54561090262358e-8,
  3.568053169124916e-8, -1.871544162968638e-8, 1.017078511827382e-8, -5.4511616354438874e-9, 2.3514054740846664e-9,
  -5.233957122613893e-10, 1.130853580094415e-11,
];

/**
 * erfc |x| = p(t) / (1 + 2a) · exp(-a²) with a = |x|. exp(-a²) is exp(-h²) · exp(-(a - h)(a + h)), where h is a rounded to sixteenths, whose
 * square is exact: rounding a² itself would cost digits.
 */
function complementOfSize(x: Tensor): Tensor {
  const a = x.abs().minimum(30);
  const q = a.sub(4).div(a.add(4));
  const h = a.mul(16).round().div(16);
  const bell = h
    .square()
    .neg()
    .exp()
    .mul(a.sub(h).mul(a.add(h)).neg().exp());
  return polynomial(q.mul(34).add(4).div(30), complement).div(a.mul(2).add(1)).mul(bell);
}

const complementary = /* @__PURE__ */ pointwise("erfc", (x) => {
  const size = complementOfSize(x.detach());
  return corrected(x.erf().neg().add(1), size.neg().add(2).where(x.lt(0), size));
});

/** 1 - erf x, accurate also where it is small. */
export function erfc(x: Tensor): Tensor {
  takes("erfc", arguments.length, 1);
  return elementary("erfc", x, complementary);
}

/** erfinv x for |x| < 1, without a gradient. */
function inverseValue(x: Tensor): Tensor {
  const w = x.neg().add(1).mul(x.add(1)).log().neg();
  const root = w.maximum(0).sqrt();
  const atNear = polynomial(w.minimum(6.25).div(3.125).sub(1), near);
  const atMiddle = polynomial(root.sub(3.25).div(0.75), middle);
  const atFar = polynomial(root.sub(5.05).div(1.05), far);
  return x.mul(atNear.where(w.lt(6.25), atMiddle.where(root.lt(4), atFar)));
}

/** 1 / erf'(y) = √π/2 · exp(y²) */
const inverseSlope = (y: Tensor): Tensor =>
  y
    .square()
    .exp()
    .mul(Math.sqrt(Math.PI) / 2);

/**
 * y = erfinv x solves erf y = x. Its gradients follow from two of Newton's steps from the solution y₀ of x₀, a constant: the first step has the
 * first derivative of the solution, and the second step those up to the third. The steps are 0, since x - x₀ is 0.
 */
const inverseErf = /* @__PURE__ */ pointwise("erfinv", (x) => {
  const isInside = x.abs().lt(1);
  const inside = x.where(isInside, 0);
  const start = inverseValue(inside.detach());
  const change = inside.sub(inside.detach());
  const first = start.add(change.mul(inverseSlope(start)));
  const residual = first.erf().sub(start.erf()).sub(change);
  const second = first.sub(residual.mul(inverseSlope(first)));
  const factor = constant(x, 1).where(isInside, constant(x, Infinity).where(x.abs().eq(1), Number.NaN));
  return second.where(isInside, x.mul(factor));
});

/** The inverse of erf; ±∞ at ±1, NaN beyond. */
export function erfinv(x: Tensor): Tensor {
  takes("erfinv", arguments.length, 1);
  return elementary("erfinv", x, inverseErf);
}
