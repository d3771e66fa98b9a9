// Sizes of which some depend on the batch, and are known only when the file runs: a plain number, or batch · B + plus with B the
// size of the batch.

export interface BatchSize {
  readonly batch: number;
  readonly plus: number;
}
export type Size = number | BatchSize;

export const isFixed = (size: Size): size is number => typeof size === "number";

const parts = (size: Size): BatchSize => (isFixed(size) ? { batch: 0, plus: size } : size);
const size = (batch: number, plus: number): Size => (batch === 0 ? plus : { batch, plus });

export function plus(a: Size, b: Size): Size {
  const [x, y] = [parts(a), parts(b)];
  return size(x.batch + y.batch, x.plus + y.plus);
}

export const times = (a: Size, factor: number): Size => size(parts(a).batch * factor, parts(a).plus * factor);

export function sameSize(a: Size, b: Size): boolean {
  const [x, y] = [parts(a), parts(b)];
  return x.batch === y.batch && x.plus === y.plus;
}

export const sameSizes = (a: readonly Size[], b: readonly Size[]): boolean =>
  a.length === b.length && a.every((n, i) => sameSize(n, b[i]));

/** What is one number at one batch size and another at another: itself, or a multiple of the batch; null where it is neither. */
export function fit(numbers: readonly [number, number], batches: readonly [number, number]): Size | null {
  const [first, second] = numbers;
  if (Object.is(first, second)) return first;
  const factor = first / batches[0];
  return Number.isInteger(factor) && factor * batches[1] === second ? { batch: factor, plus: 0 } : null;
}

/** NumPy's broadcasting of shapes that go together. */
export function broadcast(a: readonly Size[], b: readonly Size[]): Size[] {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  const fresh = long.length - short.length;
  return long.map((n, dim) => (dim >= fresh && n === 1 ? short[dim - fresh] : n));
}

/** "batch", "2*batch", "5": as ONNX names a dim. */
export function nameOf(n: Size, batch: string): string {
  if (isFixed(n)) return String(n);
  const product = n.batch === 1 ? batch : `${n.batch}*${batch}`;
  return n.plus === 0 ? product : `${product}${n.plus > 0 ? "+" : ""}${n.plus}`;
}
