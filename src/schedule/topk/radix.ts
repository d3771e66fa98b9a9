// Sorting by digits (radix sort, from the last digit to the first), for elements of 32 bits and less. Each element becomes a key, an unsigned number
// that is smaller the earlier the element comes. For each digit of 8 bits, counters say where the keys with a digit begin, and keys and indices move
// there in their order, so that the sort is stable.
//
//   keys 21 12 11, digits of 1 decimal: by the last 21 11 12, by the first 11 12 21
import {
  add,
  and,
  bits,
  declare,
  load,
  ne,
  or,
  range,
  select,
  set,
  shiftRight,
  shiftRightUnsigned,
  store,
  sub,
  variable,
  xor,
} from "../../loops/build.ts";
import type { Expression, Memory, Statement } from "../../loops/program.ts";
import type { DType } from "../../tensor/dtype.ts";
import { type Line, storedAt, storeRanks } from "./line.ts";

const bitsPerDigit = 8;
const values = 2 ** bitsPerDigit;

const digitsOf = (dtype: DType): number => (dtype === "uint8" || dtype === "bool" ? 1 : 4);

/** Keys and indices, twice, and the counters of each digit: i32. */
export const bytesOfRadix = (size: number, dtype: DType): number => 4 * (4 * size + values * digitsOf(dtype));

/**
 * The key of an element. The bits of a positive float grow with it, and those of a negative one shrink: with the sign turned, or all
 * bits, they are in ascending order, and inverted in descending order. -0 counts as 0, and NaN is the largest.
 */
function keyOf(line: Line, index: Expression): { readonly before: Statement[]; readonly key: Expression } {
  const { dtype } = line;
  if (dtype === "uint8" || dtype === "bool") return { before: [], key: sub(values - 1, storedAt(line, index)) };
  if (dtype === "int32") return { before: [], key: xor(storedAt(line, index), 2 ** 31 - 1) };
  const [value, own] = [variable("value", "f32"), variable("own")];
  const ascending = xor(own, or(shiftRight(own, 31), -(2 ** 31)));
  return {
    before: [declare(value, storedAt(line, index)), declare(own, bits(add(value, 0), "i32"))],
    key: select(ne(value, value), 0, xor(ascending, -1)),
  };
}

/** Sorts the indices of the whole line, and stores the first k. */
export function radixSortLine(line: Line, scratch: Memory): Statement[] {
  const { size, dtype } = line;
  const digits = digitsOf(dtype);
  const counters = 4 * size;
  const [i, counter, key] = [variable("i"), variable("counter"), variable("key")];
  const element = keyOf(line, i);
  const places = Array.from({ length: digits }, (_, digit) => counterOf(key, digit, counters));
  return [
    range(counter, 0, values * digits, [store(scratch, add(counter, counters), 0)]),
    range(i, 0, size, [
      ...element.before,
      declare(key, element.key),
      store(scratch, i, key),
      store(scratch, add(i, size), i),
      ...places.map((place) => store(scratch, place, add(load(scratch, place), 1))),
    ]),
    ...places.flatMap((_, digit) => distribute(digit, { scratch, size, counters })),
    // After an even number of digits they are back at the first place.
    ...storeRanks(line, (rank) => load(scratch, add(rank, digits % 2 === 0 ? size : 3 * size))),
  ];
}

/** Where the counter of a key's digit lies. */
const counterOf = (key: Expression, digit: number, counters: number): Expression =>
  add(and(shiftRightUnsigned(key, bitsPerDigit * digit), values - 1), counters + values * digit);

interface Scratch {
  readonly scratch: Memory;
  readonly size: number;
  readonly counters: number;
}

/** Moves keys and indices to where the elements before them by this digit end: from the first place to the second, or back. */
function distribute(digit: number, { scratch, size, counters }: Scratch): Statement[] {
  const [source, target] = digit % 2 === 0 ? [0, 2 * size] : [2 * size, 0];
  const [counter, before, count] = [variable("counter"), variable("before"), variable("count")];
  const [i, key, place, to] = [variable("i"), variable("key"), variable("place"), variable("to")];
  const first = counters + values * digit;
  return [
    declare(before, 0),
    range(counter, first, first + values, [
      declare(count, load(scratch, counter)),
      store(scratch, counter, before),
      set(before, add(before, count)),
    ]),
    range(i, 0, size, [
      declare(key, load(scratch, add(i, source))),
      declare(place, counterOf(key, digit, counters)),
      declare(to, load(scratch, place)),
      store(scratch, place, add(to, 1)),
      store(scratch, add(to, target), key),
      store(scratch, add(to, target + size), load(scratch, add(i, source + size))),
    ]),
  ];
}
