// Ops that compute from no floating input: constants, counting, and random bits.
import type { DType } from "../dtype.ts";
import type { Op } from "../op.ts";
import type { Shape } from "../shape.ts";
import { threefry } from "./threefry.ts";

export interface Source<A> extends Op<A> {
  /** Whether a piece of the result is computed as the whole is: from the index of each element, which a third input may start. */
  readonly inPieces: boolean;
}

const source = <A>(entry: Source<A>): Source<A> => entry;

export const sources = {
  full: source<{ readonly shape: Shape; readonly dtype: DType; readonly value: number }>({
    inPieces: true,
    freeOfMinusZero: (_, __, { value }) => !Object.is(value, -0),
    type: (_, { shape, dtype }) => ({ shape, dtype }),
    evaluate({ data: y }, _, { value }) {
      y.fill(value);
    },
    vjp: null,
  }),

  // 0, 1, ..., length - 1
  iota: source<{ readonly length: number }>({
    inPieces: false,
    type: (_, { length }) => ({ shape: [length], dtype: "int32" }),
    evaluate({ data: y }) {
      for (let i = 0; i < y.length; i++) y[i] = i;
    },
    vjp: null,
  }),

  // Element i is the top `bits` bits of word (i mod 2) of threefry(key, [i div 2, counter]). It depends on the key [2], the counter [] and
  // the index alone, so that every backend gets the same, in any order. Where the result is a piece of a longer draw, a third input [], an
  // even number, is the index of element 0.
  randomBits: source<{ readonly shape: Shape; readonly bits: number }>({
    inPieces: true,
    type: (_, { shape }) => ({ shape, dtype: "int32" }),
    evaluate({ data: y }, [{ data: key }, { data: counter }, first], { bits }) {
      const block = (first?.data[0] ?? 0) / 2;
      for (let i = 0; i < y.length; i += 2) {
        const [even, odd] = threefry(key[0], key[1], block + i / 2, counter[0]);
        y[i] = bits === 32 ? even : even >>> (32 - bits);
        if (i + 1 < y.length) y[i + 1] = bits === 32 ? odd : odd >>> (32 - bits);
      }
    },
    vjp: null,
  }),
};
