// The learning rates of a run: a number for one optimiser, a record by their names for several. Schedules set them before each step.
import type { Optimizer } from "../optim/optimizer.ts";
import type { Schedule } from "./training-options.ts";

/** The learning rates as events have them. */
export type Rates = number | Readonly<Record<string, number>>;

/** Values by the optimisers' names; a single optimiser has the name "". */
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

/** The learning rates at the point where a run begins or is resumed. */
export interface Junction<L = number> {
  /** The rate of the last step before a resume; null without resume. */
  readonly last: L | null;
  /** The rate of the next step. */
  readonly next: L;
  /** Whether the rate jumps, because the last step had another schedule, for example one for fewer epochs. */
  readonly jumps: boolean;
}

/** The junction after `steps` steps, where the optimisers have the rates of the last of these steps. */
export function junction(optimizers: Named<Optimizer>, schedules: Named<Schedule>, steps: number): Junction<Rates> {
  const last = ratesOf(optimizers);
  const names = [...optimizers.keys()];
  const planned = (step: number): Rates => {
    const rates = names.map((name) => [name, schedules.get(name)?.(step) ?? optimizers.get(name)?.lr ?? 0] as const);
    return optimizers.has("") ? rates[0][1] : Object.fromEntries(rates);
  };
  const next = planned(steps);
  if (steps === 0) return { last: null, next, jumps: false };
  const before = planned(steps - 1);
  const differs = (a: number, b: number) => Math.abs(a - b) > 1e-9 * Math.max(Math.abs(a), Math.abs(b));
  const of = (rates: Rates, name: string) => {
    if (typeof rates === "number") return rates;
    return Object.hasOwn(rates, name) ? rates[name] : Number.NaN;
  };
  return { last, next, jumps: names.some((name) => differs(of(before, name), of(last, name))) };
}
