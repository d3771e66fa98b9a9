// The numbers of x that a convolution multiplies, as a matrix that is never stored: a row for each term (channel and place in the kernel), a
// column for each position of the result (image, row, column). Its element is a number of x, or 0 in the padding and in the gaps of a dilated
// input.
import type { Convolution } from "../../../compiler/kernel.ts";
import type { Block } from "../../../loops/block.ts";
import { add, and, div, eq, load, lt, ltUnsigned, mul, rem, select, sub } from "../../../loops/build.ts";
import type { Expression } from "../../../loops/program.ts";
import { digitsOf } from "../items.ts";
import type { Operands } from "../operands.ts";
import { placeOf } from "../points.ts";
import { type Source, vectorOf } from "./source.ts";

/** The order of the terms: which of channel, row and column of the kernel varies slowest to fastest. */
export type TermOrder = readonly ("channel" | "row" | "column")[];

export interface Term {
  readonly channel: Expression;
  readonly row: Expression;
  readonly column: Expression;
}

/** Channel, row and column of a term's number. */
export function termOf(block: Block, { channels, kernel }: Convolution, order: TermOrder, term: Expression): Term {
  const sizes = { channel: channels, row: kernel[0], column: kernel[1] };
  const digits = digitsOf(
    block,
    term,
    order.map((part) => sizes[part]),
  );
  const of = (part: TermOrder[number]) => digits[order.indexOf(part)];
  return { channel: of("channel"), row: of("row"), column: of("column") };
}

/** Image, row and column of a position's number. */
export function positionOf(block: Block, { axes }: Convolution, position: Expression): readonly Expression[] {
  const [image, , , row, column] = axes.map(({ size }) => size);
  return digitsOf(block, position, [image, row, column]);
}

/** Whether blocks may reach past the last term or position. */
interface Guarded {
  readonly terms: boolean;
  readonly positions: boolean;
}

const four = [0, 1, 2, 3] as const;

/** The matrix of terms (u) and positions (v), of a group. */
export function patches(
  kernel: Convolution,
  order: TermOrder,
  group: Expression,
  operands: Operands,
  guarded: Guarded,
): Source {
  const memory = operands.buffer(kernel.x.buffer);
  const termAt = (into: Block, u: Expression) => {
    const number = into.named("term", u);
    return { ...termOf(into, kernel, order, number), exists: guarded.terms ? lt(number, termsOf(kernel)) : null };
  };
  const positionAt = (into: Block, v: Expression) => {
    const number = into.named("position", v);
    const [image, row, column] = positionOf(into, kernel, number);
    return { image, row, column, exists: guarded.positions ? lt(number, positionsOf(kernel)) : null };
  };
  const numberAt = (
    into: Block,
    term: ReturnType<typeof termAt>,
    position: ReturnType<typeof positionAt>,
  ): Expression => {
    const row = placeAlong(into, kernel, 0, position.row, term.row);
    const column = placeAlong(into, kernel, 1, position.column, term.column);
    const indices = [position.image, group, term.channel, row.place, column.place];
    const at = placeOf(kernel.x, new Map(indices.entries()));
    const conditions = [row.inside, column.inside, term.exists, position.exists].filter((one) => one !== null);
    if (conditions.length === 0) return into.let("x", load(memory, at));
    const holds = into.let("holds", conditions.reduce(and));
    return into.let("x", select(holds, load(memory, into.let("at", select(holds, at, 0))), 0));
  };
  const block: Source["block"] = (into, u, v) => {
    const terms = four.map((i) => termAt(into, add(u, i)));
    const positions = four.map((i) => positionAt(into, add(v, i)));
    return terms.map((term) =>
      into.let("vector", vectorOf(positions.map((position) => numberAt(into, term, position)))),
    );
  };
  return {
    block,
    row(into, u, v) {
      const term = termAt(into, u);
      return into.let("vector", vectorOf(four.map((i) => numberAt(into, term, positionAt(into, add(v, i))))));
    },
    number: (into, u, v) => numberAt(into, termAt(into, u), positionAt(into, v)),
  };
}

export const termsOf = ({ channels, kernel }: Convolution): number => channels * kernel[0] * kernel[1];

export const positionsOf = ({ axes }: Convolution): number => axes[0].size * axes[3].size * axes[4].size;

/** The place in x along rows (0) or columns (1), and whether x has an element there; null if it always has. */
function placeAlong(
  block: Block,
  { axes, kernel, size, stride, padding, inputDilation, kernelDilation }: Convolution,
  along: 0 | 1,
  position: Expression,
  tap: Expression,
): { readonly place: Expression; readonly inside: Expression | null } {
  const dilation = inputDilation[along];
  const own = sub(add(mul(position, stride[along]), mul(tap, kernelDilation[along])), padding[along]);
  const last =
    (axes[3 + along].size - 1) * stride[along] + (kernel[along] - 1) * kernelDilation[along] - padding[along];
  if (dilation === 1 && padding[along] <= 0 && last < size[along]) return { place: own, inside: null };
  const spread = block.named("spread", own);
  // Below 0, a number without a sign is larger than every size.
  const inside = ltUnsigned(spread, (size[along] - 1) * dilation + 1);
  if (dilation === 1) return { place: spread, inside };
  return { place: div(spread, dilation), inside: and(inside, eq(rem(spread, dilation), 0)) };
}
