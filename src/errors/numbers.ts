// The one place that checks counts, sizes, rates and other numbers that a call takes, in one wording: "fit: epochs is a whole number
// from 1, not 0".
import { ChainruleError } from "./error.ts";

/** The bounds of a number; `from` and `to` belong to the range, `above` and `below` do not. A bound that is left out does not hold. */
export interface Bounds {
  readonly from?: number;
  readonly above?: number;
  readonly to?: number;
  readonly below?: number;
}

/** Whether a value is a number within the bounds. NaN never is, and an infinity only where `from` or `to` names it. */
export function isNumber(value: unknown, { from, above, to, below }: Bounds = {}): value is number {
  if (typeof value !== "number") return false;
  if (!Number.isFinite(value)) return value === from || value === to;
  return !(
    (from !== undefined && value < from) ||
    (above !== undefined && value <= above) ||
    (to !== undefined && value > to) ||
    (below !== undefined && value >= below)
  );
}

/** Whether a value is a whole number within the bounds, and a safe integer, which float64 tells from its neighbours. */
export function isWhole(value: unknown, bounds: Bounds = {}): value is number {
  return Number.isSafeInteger(value) && isNumber(value, bounds);
}

/** Throws unless the value is a number within the bounds. `name` is the option's name: "lr", "betas[0]". */
export function checkNumber(call: string, name: string, value: unknown, bounds: Bounds = {}): asserts value is number {
  if (!isNumber(value, bounds)) throw refusal(call, name, value, `a number${inWords(bounds)}`);
}

/** Throws unless the value is a whole number within the bounds: a count, a size, a seed. */
export function checkWhole(call: string, name: string, value: unknown, bounds: Bounds = {}): asserts value is number {
  if (!isWhole(value, bounds)) throw refusal(call, name, value, `a whole number${inWords(bounds)}`);
}

function refusal(call: string, name: string, value: unknown, wanted: string): ChainruleError {
  const given = typeof value === "string" ? JSON.stringify(value) : String(value);
  return new ChainruleError("option", call, `${name} is ${wanted}, not ${given}`, { option: name, value });
}

/** The bounds in words, such as " from 0 and below 1". */
function inWords({ from, above, to, below }: Bounds): string {
  const lower = from !== undefined ? ` from ${from}` : above !== undefined ? ` above ${above}` : "";
  if (to !== undefined) return to === Infinity ? `${lower}, or Infinity` : `${lower} to ${to}`;
  return below === undefined ? lower : `${lower}${lower === "" ? "" : " and"} below ${below}`;
}
