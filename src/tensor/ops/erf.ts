// The error function, which JavaScript's Math lacks, to a few ulp of float64 without a table of coefficients.
// Sources: Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.6 (series) and 7.1.14 (continued fraction).

/** erf(x) = 2/√π ∫₀ˣ exp(-t²) dt */
export function erf(x: number): number {
  const z = Math.abs(x);
  if (!(z < 6)) return Math.sign(x);
  return z < 2.5 ? series(x) : Math.sign(x) * (1 - complement(z));
}

/** erf(x) = 2/√π · exp(-x²) · Σ 2ⁿ x²ⁿ⁺¹ / (1 · 3 · 5 ⋯ (2n+1)). All terms have one sign, so that nothing cancels. */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) sum += term *= (2 * x * x) / (2 * n + 1);
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** 1 - erf(z) = exp(-z²)/√π · 1/(z + (1/2)/(z + 1/(z + (3/2)/(z + ...)))), evaluated from the inside out; 60 levels suffice for z ≥ 2.5. */
function complement(z: number): number {
  let tail = z;
  for (let n = 60; n > 0; n--) tail = z + n / 2 / tail;
  return Math.exp(-z * z) / (Math.sqrt(Math.PI) * tail);
}
