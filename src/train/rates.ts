// The learning rates of a run: of one optimiser a number, of several each by its name. A schedule sets them before each step.
import type { Optimizer } from "../optim/optimizer.ts";
import type { Schedule } from "./training-options.ts";

/** As events tell them. */
export type Rates = number | Readonly<Record<string, number>>;

/** One optimiser that stands alone has the name "". */
type Named<T> = ReadonlyMap<string, T>;

export function setRates(optimizers: Named<Optimizer>, schedules: Named<Schedule>, step: number): void {
  for (const [name, optimizer] of optimizers) {
    const schedule = schedules.get(name);
    if (schedule !== undefined) optimizer.lr = schedule(step);
  }
}

export function ratesOf(optimizers: Named<Optimizer>): Rates {
  return optimizers.get("")?.lr ?? Object.fromEntries([...optimizers].map(([name, { lr }]) => [name, lr]));
}
