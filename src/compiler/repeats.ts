// The order in which the kernels of a program with loops run.
import type { KernelProgram, Repeat } from "./kernel.ts";

type Looped = Pick<KernelProgram, "kernels" | "repeats">;

/** A loop, with its position among the program's. */
export interface Numbered {
  readonly repeat: Repeat;
  readonly number: number;
}

/** The outermost loop that begins at a kernel, of those with a number below `limit`: the loops inside of a loop have lower numbers. */
export function loopAt(repeats: readonly Repeat[], at: number, limit: number): Numbered | null {
  for (let number = limit - 1; number >= 0; number--) {
    const repeat = repeats[number];
    if (repeat.first === at && repeat.count > 0) return { repeat, number };
  }
  return null;
}

/** The places along dim 0 in the order of a loop's steps. */
const placesOf = ({ times, reverse }: Repeat): number[] =>
  Array.from({ length: times }, (_, i) => (reverse ? times - 1 - i : i));

/** What happens in a run, in order: kernels, and the begin and end of each step of a loop, by its number and the step's place. */
export interface Visitor {
  kernel(at: number): void;
  begin(loop: number, place: number): void;
  end?(loop: number, place: number): void;
}

export function visitSteps({ kernels, repeats = [] }: Looped, visitor: Visitor): void {
  const visit = (from: number, to: number, limit: number): void => {
    for (let at = from; at < to; ) {
      const loop = loopAt(repeats, at, limit);
      if (loop === null) visitor.kernel(at++);
      else {
        const { repeat, number } = loop;
        for (const place of placesOf(repeat)) {
          visitor.begin(number, place);
          visit(at, at + repeat.count, number);
          visitor.end?.(number, place);
        }
        at += repeat.count;
      }
    }
  };
  visit(0, kernels.length, repeats.length);
}

/** How often each kernel runs. */
export function timesOf({ kernels, repeats = [] }: Looped): number[] {
  const times = kernels.map(() => 1);
  for (const repeat of repeats)
    for (let at = repeat.first; at < repeat.first + repeat.count; at++) times[at] *= repeat.times;
  return times;
}
