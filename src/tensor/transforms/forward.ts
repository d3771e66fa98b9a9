// Forward derivatives: for each op, how a change of its inputs changes its result. The table is total, and most ops share the rule of their
// class. It stands beside jvp and not in the entries of ops/, so that programs without jvp do not carry it.
import { internal } from "../../errors/error.ts";
import type { Saved } from "../op.ts";
import { contractions } from "../ops/contractions.ts";
import { elementwise } from "../ops/elementwise.ts";
import { indexing } from "../ops/indexing.ts";
import { loops } from "../ops/loops.ts";
import { movements } from "../ops/movement.ts";
import { sources } from "../ops/sources.ts";
import { type Attributes, forAll, type OpName, opOf } from "../ops.ts";
import { constant } from "../promotion.ts";
import { apply, type Tensor } from "../tensor.ts";

/** An operation with the changes of its inputs. */
export interface Change<N extends OpName = OpName> {
  readonly name: N;
  readonly attributes: Attributes<N>;
  readonly inputs: readonly Tensor[];
  /** The tangent of each input: its derivative along the direction; null where it is zero. At least one is not null. */
  readonly tangents: readonly (Tensor | null)[];
  /** The result. */
  readonly y: Tensor;
}

/** Returns the tangent of the result; null if it is zero. */
export type Forward<N extends OpName = OpName> = (change: Change<N>) => Tensor | null;

const total = (terms: readonly (Tensor | null)[]): Tensor | null =>
  terms.reduce((sum, term) => (sum === null || term === null ? (sum ?? term) : sum.add(term)), null);

const zero = (): Tensor | null => null;

/** y[i] depends on x[i] alone. So the Jacobian is diagonal, it is its own transpose, and the gradient rule with dx in place of dy gives dy. */
function diagonal<N extends OpName>({ name, attributes, inputs, tangents, y }: Change<N>): Tensor | null {
  const { vjp } = opOf(name);
  if (vjp === null) return null;
  const terms = tangents.map((tangent, position) => {
    if (tangent === null) return null;
    const saved: Saved<Attributes<N>> = {
      dy: tangent,
      y,
      x: inputs[0],
      a: inputs[0],
      b: inputs[1],
      input: (place) => inputs[place],
      types: inputs,
      attributes,
      apply: (op, operands, own) => apply(op as OpName, operands, own as Attributes<OpName>),
    };
    return vjp(saved, position);
  });
  return total(terms);
}

/** y is linear in the first input; the others, such as indices, have no derivative. */
function linear<N extends OpName>({
  name,
  attributes,
  inputs: [, ...others],
  tangents: [dx],
}: Change<N>): Tensor | null {
  return dx === null ? null : apply(name, [dx, ...others], attributes);
}

/** y is linear in all inputs together. */
function jointlyLinear<N extends OpName>({ name, attributes, inputs, tangents }: Change<N>): Tensor | null {
  const all = inputs.map((x, i) => tangents[i] ?? constant(x, 0));
  return apply(name, all, attributes);
}

/** y is linear in each of two inputs: dy = op(da, b) + op(a, db) */
function bilinear<N extends OpName>({
  name,
  attributes,
  inputs: [a, b],
  tangents: [da, db],
}: Change<N>): Tensor | null {
  return total([da && apply(name, [da, b], attributes), db && apply(name, [a, db], attributes)]);
}

/** A level has a rule for a loop as a whole (jvp.ts), so that the op scan meets plain tensors alone. */
function writtenOut(): never {
  throw internal("the op scan is applied to tensors of jvp");
}

export const forwardRules = {
  ...forAll(sources, zero),

  ...forAll(elementwise, diagonal),
  // condition ? a : b, so dy = condition ? da : db
  where: ({ inputs: [condition, a, b], tangents: [, da, db] }) =>
    apply("where", [condition, da ?? constant(a, 0), db ?? constant(b, 0)]),
  cast: linear,

  ...forAll(movements, linear),
  // The elements that are put in between are constants.
  pad: ({ tangents: [dx], attributes: { widths } }) => dx && apply("pad", [dx], { widths, value: 0 }),
  concat: jointlyLinear,

  sum: linear,
  cumsum: linear,
  // Equal maxima share: dy is the mean of their changes.
  max: ({ inputs: [x], tangents: [dx], y, attributes }) => {
    if (dx === null) return null;
    const isMaximum = x.eq(y).to(x.dtype);
    return apply("sum", [dx.mul(isMaximum)], attributes).div(apply("sum", [isMaximum], attributes));
  },
  argmax: zero,
  topk: zero,

  ...forAll(indexing, linear),
  barrier: linear,
  ...forAll(contractions, bilinear),

  ...forAll(loops, writtenOut),
} satisfies { readonly [N in OpName]: Forward<N> };
