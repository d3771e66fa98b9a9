// The units of work of a nest: the index of a unit is decoded into indices of the outermost axes and a piece of the lane axis.
import type { Code, Local } from "../assembler/assembler.ts";
import type { Nest, Schedule } from "./nest.ts";

/** A piece of the lane axis: the iterations of the lanes' loop, and whether it is the last piece. */
export interface Piece {
  readonly iterations: Local;
  readonly last: Local;
}

export interface UnitPlace {
  /** The unit begins at index · elements of each axis. */
  readonly indices: readonly { readonly index: Local; readonly axis: number; readonly elements: number }[];
  readonly piece: Piece | null;
}

/** Decodes a unit's index, in which the last digit varies fastest: the digits are the axes of units, then the piece of the lane axis. */
export function placeOfUnit(code: Code, { axes }: Nest, plan: Schedule, unit: Local): UnitPlace {
  const { units, piece, lane, vectors } = plan;
  const digits = units.map((axis) => ({ axis, count: axes[axis].size, elements: 1 }));
  if (piece !== null && lane !== null)
    digits.push({ axis: lane, count: Math.ceil(axes[lane].size / piece), elements: piece });
  if (digits.length === 0) return { indices: [], piece: null };
  const rest = code.local("i32");
  code.get(unit).set(rest);
  const indices = digits.map(({ axis, elements }) => ({ index: code.local("i32"), axis, elements }));
  for (let digit = digits.length - 1; digit > 0; digit--) {
    const { count } = digits[digit];
    code.get(rest).i32(count).op("i32.rem_u").set(indices[digit].index);
    code.get(rest).i32(count).op("i32.div_u").set(rest);
  }
  code.get(rest).set(indices[0].index);
  if (piece === null || lane === null) return { indices, piece: null };
  return { indices, piece: measure(code, indices[indices.length - 1].index, piece, axes[lane].size, 4 * vectors) };
}

/** Computes the iterations of a piece: the last piece may have fewer. */
function measure(code: Code, index: Local, piece: number, size: number, step: number): Piece {
  const place = { iterations: code.local("i32"), last: code.local("i32") };
  const last = Math.ceil(size / piece) - 1;
  code.get(index).i32(last).op("i32.eq").set(place.last);
  code
    .i32(Math.floor((size - last * piece) / step))
    .i32(piece / step)
    .get(place.last)
    .op("select")
    .set(place.iterations);
  return place;
}
