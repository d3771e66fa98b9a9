// Sizes for each of several dims of an image or a volume, from one number for all of them or a list.
import { ChainruleError } from "../errors/error.ts";
import { isWhole } from "../errors/numbers.ts";
import { shown } from "./arguments.ts";

/** @inline */
export type Triple = readonly [number, number, number];
/** @inline */
export type TripleOption = number | Triple;

/** `count` whole numbers, from one number or a list of so many. Throws unless they are from `minimum` on. */
export function sizesOf(
  call: string,
  name: string,
  value: number | readonly number[],
  count: number,
  minimum: number,
): readonly number[] {
  const list: readonly number[] = typeof value === "number" ? Array<number>(count).fill(value) : value;
  if (Array.isArray(list) && list.length === count && list.every((n) => isWhole(n, { from: minimum }))) return list;
  const given = typeof value === "number" ? String(value) : Array.isArray(value) ? JSON.stringify(value) : shown(value);
  const others = count === 1 ? "" : ` or a list of ${count} of them`;
  throw new ChainruleError("option", call, `${name} is a whole number from ${minimum}${others}, not ${given}`);
}

/** Three of them: depth, height and width. */
export function tripleOf(call: string, name: string, value: TripleOption, minimum: number): Triple {
  const [depth, height, width] = sizesOf(call, name, value, 3, minimum);
  return [depth, height, width];
}
