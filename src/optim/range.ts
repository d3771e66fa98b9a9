// What options may be, said the same way by all optimisers and schedules.

/** Throws unless from <= value < below. */
export function checkRange(call: string, name: string, value: number, from: number, below: number): void {
  if (!(value >= from && value < below)) {
    throw new Error(
      `${call}: ${name} is a number from ${from}${below < Infinity ? ` and below ${below}` : ""}, not ${value}`,
    );
  }
}
