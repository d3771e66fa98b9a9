// Fits a straight line t = a + b · x to times, by least squares of the relative errors, since times differ by orders of magnitude. Outliers
// are left out: while the worst point has a relative error above `maxError`, it is removed, as long as at least half of the points are left.

/** Takes points [x, t]; returns { a, b, errors } with a ≥ 0 and errors[i] = t / (a + b · x) - 1 for every point, outliers included. */
export function straightLine(points, maxError) {
  let on = points;
  for (;;) {
    const line = leastSquares(on);
    const off = ([x, t]) => t / (line.a + line.b * x) - 1;
    const worst = on.reduce((worst, point) => (Math.abs(off(point)) > Math.abs(off(worst)) ? point : worst));
    if (Math.abs(off(worst)) <= maxError || on.length - 1 < Math.max(3, points.length / 2))
      return { ...line, errors: points.map(off) };
    on = on.filter((point) => point !== worst);
  }
}

/** The a ≥ 0 and b with the least Σ ((a + b · x) / t - 1)². */
function leastSquares(points) {
  const add = (term) => points.reduce((sum, [x, t]) => sum + term(x, t), 0);
  const one = add((_, t) => 1 / t ** 2);
  const [x1, x2] = [add((x, t) => x / t ** 2), add((x, t) => (x / t) ** 2)];
  const [y0, y1] = [add((_, t) => 1 / t), add((x, t) => x / t)];
  const determinant = one * x2 - x1 ** 2;
  const a = determinant > 0 ? (y0 * x2 - x1 * y1) / determinant : 0;
  return a > 0 ? { a, b: (y1 - a * x1) / x2 } : { a: 0, b: y1 / x2 };
}
