// Draws of the gamma distribution, and how a draw moves with the concentration.
import { tensor } from "../tensor/create.ts";
import { digamma } from "../tensor/elementary/gamma.ts";
import { noGrad } from "../tensor/mode.ts";
import { randn } from "../tensor/random.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { exponential, logarithm, positiveUniform } from "./exact.ts";
import { tiny } from "./parameters.ts";

/** How often a rejected proposal is replaced. Of proposals 1 in 20 is rejected at most, so that all are in one draw of 6 · 10⁷, which is then d below. */
const rounds = 6;

/**
 * Whether Marsaglia and Tsang's proposal is accepted: log u < x²/2 + d - dv + d · log v, with v = (1 + w)³, w = cx and d = 1/(9c²). Where |w| is small, the right
 * side is the difference of large numbers, and comes from the series -w⁴/(3c²) · (1/4 - w/5 + w²/6 - ...), in which they have cancelled.
 */
function isAccepted(logU: Tensor, w: Tensor, v: Tensor, c: Tensor): Tensor {
  const isSmall = w.abs().lt(0.25);
  const near = w.where(isSmall, 0);
  let series = near.mul(0).add(1 / 16);
  for (let k = 15; k >= 4; k--)
    series = near
      .neg()
      .mul(series)
      .add(1 / k);
  const small = near.square().square().mul(series).div(c.square()).div(-3);
  const far = v.where(isSmall.logicalNot().logicalAnd(v.gt(0)), 1);
  const d = c.square().mul(9).reciprocal();
  const large = w
    .div(c)
    .square()
    .mul(0.5)
    .add(far.neg().add(1).add(logarithm(far)).mul(d));
  return v.gt(0).logicalAnd(logU.lt(small.where(isSmall, large)));
}

/** Draws of Gamma(a, 1) for a from 1 (Marsaglia and Tsang 2000): d · v with d = a - 1/3, c = 1/√(9d), v = (1 + c · x)³ and x from the normal distribution. */
function marsagliaTsang(a: Tensor, shape: Shape): Tensor {
  const d = a.sub(1 / 3);
  const c = d.mul(9).sqrt().reciprocal();
  let v = d.mul(0).add(1).expand(shape);
  let isDone = v.lt(0);
  for (let round = 0; round < rounds; round++) {
    const w = randn(shape).to(a.dtype).mul(c);
    const side = w.add(1);
    const proposal = side.mul(side).mul(side);
    const accepted = isAccepted(logarithm(positiveUniform(shape, a)), w, proposal, c);
    v = proposal.where(accepted.logicalAnd(isDone.logicalNot()), v);
    isDone = isDone.logicalOr(accepted);
  }
  return d.mul(v);
}

/** The nodes and weights of Gauss and Legendre's quadrature on [0, 1]: the roots of the Legendre polynomial, by Newton's method. */
function quadrature(n: number): { nodes: Float64Array; weights: Float64Array } {
  const [nodes, weights] = [new Float64Array(n), new Float64Array(n)];
  for (let i = 0; i < n; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 0;
    for (let step = 0; step < 50; step++) {
      let [before, value] = [1, x];
      for (let k = 2; k <= n; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
      slope = (n * (x * value - before)) / (x * x - 1);
      x -= value / slope;
    }
    nodes[i] = (1 - x) / 2;
    weights[i] = 1 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}

/**
 * dz/da of a draw z of Gamma(a, 1) at a fixed probability P(z; a), for a from 1: -∂P/∂a / p(z) (Figurnov et al. 2018). ∂P/∂a = ∫ p(t) · (log t - ψ(a)) dt up to z, and
 * p(t)/p(z) = e^((a - 1)(log t - log z) - (t - z)). The integral begins where p is negligible, and is one in s with t = low + (z - low) · s², whose integrand is smooth
 * at 0. It is in float64, with 64 nodes.
 */
function slopeOf(z: Tensor, a: Tensor): Tensor {
  const { nodes, weights } = quadrature(64);
  const [at, by] = [z.to("float64").unsqueeze(-1), a.to("float64").unsqueeze(-1)];
  const low = at.minimum(by).sub(by.sqrt().mul(12)).maximum(0);
  const [s, w] = [tensor(nodes), tensor(weights)];
  const span = at.sub(low);
  const t = low.add(span.mul(s.square())).maximum(Number.MIN_VALUE * 2 ** 60);
  const ratio = by.sub(1).mul(t.log().sub(at.log())).sub(t.sub(at)).exp();
  const terms = ratio
    .mul(t.log().sub(digamma(by)))
    .mul(s.mul(2))
    .mul(w);
  return terms.sum(-1, true).mul(span).squeeze(-1).neg();
}

/**
 * Draws of Gamma(a, 1), [...shape, ...a's], without a history. For a below 1 a draw of a + 1 is multiplied by u^(1/a). `gradient` also gives dz/da.
 */
export function drawGamma(a: Tensor, shape: Shape, gradient: boolean): { z: Tensor; slope: Tensor | null } {
  return noGrad(() => {
    const concentration = a.detach();
    const whole = [...shape, ...a.shape];
    const isSmall = concentration.lt(1);
    const raised = concentration.add(isSmall.to(a.dtype));
    const z1 = marsagliaTsang(raised, whole);
    const logU = logarithm(positiveUniform(whole, a));
    const factor = exponential(logU.div(concentration)).where(isSmall, 1);
    const z = z1.mul(factor).maximum(tiny);
    if (!gradient) return { z, slope: null };
    const d1 = slopeOf(z1, raised.expand(whole)).to(a.dtype);
    const boosted = z.mul(d1.div(z1).sub(logU.div(concentration.square())));
    return { z, slope: boosted.where(isSmall, d1) };
  });
}

/** Draws with a history: z moves with a by its slope, which is a constant for further derivatives. */
export function movingGamma(a: Tensor, shape: Shape): Tensor {
  const { z, slope } = drawGamma(a, shape, true);
  return slope === null ? z : z.add(a.sub(a.detach()).mul(slope));
}
