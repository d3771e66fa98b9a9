// What options may be, said the same way by all optimisers and schedules.
import { ChainruleError } from "../errors/error.ts";

/** Throws unless from <= value < below. */
export function checkRange(call: string, name: string, value: number, from: number, below: number): void {
  if (!(value >= from && value < below)) {
    throw new ChainruleError(
      "option",
      call,
      `${name} is a number from ${from}${below < Infinity ? ` and below ${below}` : ""}, not ${value}`,
    );
  }
}
