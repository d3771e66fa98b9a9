// Selection by contents: where a tensor is other than 0, and the elements at which a mask is true. The contents decide the size of the result, so
// a compiled function, whose sizes are known before it runs, throws and names the alternatives.
import { ChainruleError } from "../../errors/error.ts";
import { checkTensor, takes } from "../arguments.ts";
import { describe } from "../dtype.ts";
import { broadcastShapes, sizeOf, stridesOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { tracing } from "../tracing.ts";
import { within } from "../within.ts";

/** Throws in a compiled function. */
function checkEager(call: string, what: string): void {
  if (tracing() !== null)
    throw new ChainruleError(
      "traced",
      call,
      `${what} decides the size of the result; in a compiled function keep the shape with x.where(mask, 0), and count with mask.sum()`,
    );
}

/** The places in row-major order, int32 [k], at which a tensor is other than 0. */
export function flatPlaces(call: string, x: Tensor): Tensor {
  checkEager(call, "the number of true elements");
  const { data } = x.detach();
  const places: number[] = [];
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) places.push(i);
  return wholeNumbers(x, places);
}

/** int32 [k] with these numbers; any tensor makes it. */
function wholeNumbers(maker: Tensor, numbers: readonly number[]): Tensor {
  const y = maker.apply("full", [], { shape: [numbers.length], dtype: "int32", value: 0 });
  y.data.set(numbers);
  return y;
}

/** The coordinates of flat places in a tensor of this shape: one tensor [k] for each dim. */
export function coordinates(places: Tensor, shape: readonly number[]): Tensor[] {
  const strides = stridesOf(shape);
  const numbers = places.data;
  return shape.map((n, dim) =>
    wholeNumbers(
      places,
      Array.from(numbers, (place) => Math.floor(place / strides[dim]) % n),
    ),
  );
}

/**
 * The coordinates of all elements other than 0, int32 [k, dims], in row-major order. Compiled functions throw, since k follows from the
 * contents.
 */
export function nonzero(x: Tensor): Tensor {
  takes("nonzero", arguments.length, 1);
  checkTensor("nonzero", "x", x);
  return within("nonzero", () => {
    const places = flatPlaces("nonzero", x);
    const columns = coordinates(places, x.shape);
    if (columns.length === 0) return places.reshape([places.size, 1]).slice(null, [0, 0]);
    const rows = columns.map((column) => column.unsqueeze(1));
    return rows[0].apply("concat", rows, { dim: 1 });
  });
}

/**
 * The elements at which the mask, bool, is true, as a vector in row-major order; the shapes broadcast. Compiled functions throw, since the
 * size follows from the contents.
 */
export function maskedSelect(x: Tensor, mask: Tensor): Tensor {
  takes("maskedSelect", arguments.length, 2);
  checkTensor("maskedSelect", "x", x);
  checkTensor("maskedSelect", "mask", mask);
  if (mask.dtype !== "bool")
    throw new ChainruleError("dtype", "maskedSelect", `the mask is bool, not ${describe(mask)}; compare it with ne(0)`);
  return within("maskedSelect", () => {
    const shape = broadcastShapes("maskedSelect", x.shape, mask.shape);
    const places = flatPlaces("maskedSelect", mask.expand(shape));
    return x
      .expand(shape)
      .reshape([sizeOf(shape)])
      .indexSelect(0, places);
  });
}
