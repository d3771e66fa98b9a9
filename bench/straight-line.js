// The straight line t = a + b · x that times lie on: least squares of the relative errors, for times differ by orders of magnitude.
// What is far off is no part of the line: while the worst point is further off than `far`, it is left out, as long as half of all are in.

/** points: [x, t] of each; { a, b, errors }: a ≥ 0, errors[i] = t / (a + b · x) - 1, also of those that were left out. */
export function straightLine(points, far) {
  let on = points;
  for (;;) {
    const line = leastSquares(on);
    const off = ([x, t]) => t / (line.a + line.b * x) - 1;
    const worst = on.reduce((worst, point) => (Math.abs(off(point)) > Math.abs(off(worst)) ? point : worst));
    if (Math.abs(off(worst)) <= far || on.length - 1 < Math.max(3, points.length / 2))
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
