// A model of one function, and when two results agree.
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

/** What is wrong: floats are within 1e-5 of the larger of 1 and the result, infinities and NaN where they should be, all else exact. */
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
