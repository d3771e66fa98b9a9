// Repeats and rotates the elements of a tensor, and takes it apart along a dim.
import { ChainruleError } from "../../errors/error.ts";
import { isWhole } from "../../errors/numbers.ts";
import { checkTensor, shown, takes } from "../arguments.ts";
import { describe } from "../dtype.ts";
import { concat } from "../functions.ts";
import { checkShape, type Dims, normalizeDim, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";

/** Repeats the whole tensor along each dim as often as `times` says; further dims come first. [2, 3] repeated [2, 1, 2] times is [2, 2, 6]. */
export function repeat(x: Tensor, times: Shape): Tensor {
  takes("repeat", arguments.length, 2);
  checkTensor("repeat", "x", x);
  checkShape("repeat", times);
  const newDims = times.length - x.ndim;
  if (newDims < 0)
    throw new ChainruleError("shape", "repeat", `[${times}] has fewer numbers than ${describe(x)} has dims`);
  // Each dim of n elements becomes [times, n], whose first dim is expanded.
  const shape = times.map((_, dim) => (dim < newDims ? 1 : x.shape[dim - newDims]));
  const apart = x.reshape(shape.flatMap((n) => [1, n])).expand(times.flatMap((count, dim) => [count, shape[dim]]));
  return apart.reshape(times.map((count, dim) => count * shape[dim]));
}

/** Repeats the whole tensor as `repeat` does; where `times` has fewer numbers than x dims, the first dims are not repeated. */
export function tile(x: Tensor, times: Shape): Tensor {
  takes("tile", arguments.length, 2);
  checkTensor("tile", "x", x);
  checkShape("tile", times);
  const missing = Array.from({ length: Math.max(x.ndim - times.length, 0) }, () => 1);
  return repeat(x, [...missing, ...times]);
}

/**
 * Moves the elements along dims by `shifts` places; those that leave at the end come in at the start. Without dims the tensor is moved as one
 * row of numbers.
 */
export function roll(x: Tensor, shifts: Dims, dims?: Dims): Tensor {
  takes("roll", arguments.length, 3);
  checkTensor("roll", "x", x);
  return within("roll", () => {
    const counts = typeof shifts === "number" ? [shifts] : shifts;
    if (!Array.isArray(counts) || !counts.every(Number.isInteger))
      throw new ChainruleError("type", "roll", `shifts are whole numbers, not ${shown(shifts)}`);
    const places = dims === undefined ? [] : typeof dims === "number" ? [dims] : dims;
    if (places.length === 0) {
      if (counts.length !== 1) throw new ChainruleError("shape", "roll", "takes one shift if no dim is named");
      return rolled(x.reshape([-1]), counts[0], 0).reshape(x.shape);
    }
    if (places.length !== counts.length)
      throw new ChainruleError("shape", "roll", `[${counts}] are not the shifts of the dims [${places}]`);
    return places.reduce<Tensor>((y, dim, i) => rolled(y, counts[i], normalizeDim("roll", dim, x.ndim)), x);
  });
}

function rolled(x: Tensor, shift: number, dim: number): Tensor {
  const n = x.ndim === 0 ? 0 : x.shape[dim];
  if (n === 0) return x;
  const start = (((-shift % n) + n) % n) + 0;
  if (start === 0) return x;
  const part = (from: number, to: number) =>
    x.slice(...x.shape.map((_, d) => (d === dim ? ([from, to] as const) : null)));
  return concat([part(start, n), part(0, start)], dim);
}

/** Takes a tensor apart along dim: one tensor without this dim for each place. */
export function unbind(x: Tensor, dim = 0): Tensor[] {
  takes("unbind", arguments.length, 2);
  checkTensor("unbind", "x", x);
  const place = normalizeDim("unbind", dim, x.ndim);
  if (x.ndim === 0) throw new ChainruleError("shape", "unbind", "a 0-d tensor has no dim to take apart");
  return Array.from({ length: x.shape[place] }, (_, i) => x.slice(...x.shape.map((_, d) => (d === place ? i : null))));
}

/** Moves dims to other places; the others keep their order. movedim(x, 0, -1) makes the first dim the last. */
export function movedim(x: Tensor, source: Dims, destination: Dims): Tensor {
  takes("movedim", arguments.length, 3);
  checkTensor("movedim", "x", x);
  return within("movedim", () => {
    const [from, to] = [source, destination].map((dims) =>
      (typeof dims === "number" ? [dims] : [...dims]).map((dim) => normalizeDim("movedim", dim, x.ndim)),
    );
    if (from.length !== to.length || new Set(from).size !== from.length || new Set(to).size !== to.length)
      throw new ChainruleError("shape", "movedim", `[${from}] to [${to}]: each dim goes to one place`);
    const others = x.shape.flatMap((_, dim) => (from.includes(dim) ? [] : [dim]));
    const order = x.shape.map((_, place) => {
      const moved = to.indexOf(place);
      return moved === -1 ? (others.shift() ?? 0) : from[moved];
    });
    return x.permute(order);
  });
}

/** Splits a dim into several, whose sizes multiply to its size; one of them may be -1, and is then computed. */
export function unflatten(x: Tensor, dim: number, sizes: Shape): Tensor {
  takes("unflatten", arguments.length, 3);
  checkTensor("unflatten", "x", x);
  return within("unflatten", () => {
    const place = normalizeDim("unflatten", dim, x.ndim);
    const known = sizes.filter((n) => n !== -1).reduce((product, n) => product * n, 1);
    const missing = known === 0 ? 0 : x.shape[place] / known;
    const parts = sizes.map((n) => (n === -1 ? missing : n));
    if (
      sizes.filter((n) => n === -1).length > 1 ||
      !parts.every((n) => isWhole(n, { from: 0 })) ||
      parts.length === 0 ||
      parts.reduce((a, b) => a * b, 1) !== x.shape[place]
    )
      throw new ChainruleError("shape", "unflatten", `[${sizes}] does not divide dim ${dim} of ${describe(x)}`);
    return x.reshape([...x.shape.slice(0, place), ...parts, ...x.shape.slice(place + 1)]);
  });
}
