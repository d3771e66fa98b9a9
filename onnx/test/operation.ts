// A model that is one function, and a comparison of two results.
import { Module, type Tensor } from "chainrule";

export class Operation extends Module {
  readonly #f: (x: Tensor) => Tensor;

  constructor(f: (x: Tensor) => Tensor) {
    super();
    this.#f = f;
  }

  forward(x: Tensor): Tensor {
    return this.#f(x);
  }
}

/** The first difference of two results, or null: floats may differ by 1e-5 · max(1, |x|); infinities, NaN and all other dtypes must be equal. */
export function difference(found: Tensor, expected: Tensor): string | null {
  if (found.dtype !== expected.dtype || String(found.shape) !== String(expected.shape))
    return `${found.dtype}[${found.shape}] instead of ${expected.dtype}[${expected.shape}]`;
  const [a, b] = [found.data, expected.data];
  for (let i = 0; i < a.length; i++) {
    const isSame = a[i] === b[i] || Object.is(a[i], b[i]);
    if (!isSame && !(Math.abs(a[i] - b[i]) <= 1e-5 * Math.max(1, Math.abs(b[i]))))
      return `element ${i} is ${a[i]} instead of ${b[i]}`;
  }
  return null;
}
