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

/** The learning rates where a run begins or goes on. */
export interface Junction<L = number> {
  /** Of the last step before a resume; null where there was none. */
  readonly last: L | null;
  /** Of the step that comes next. */
  readonly next: L;
  /** Whether the schedule is another than the one that the last step had, as where there are more epochs now, so that the rate jumps. */
  readonly jumps: boolean;
}

/** `steps` are behind the run, and the optimisers have the rates of the last of them. */
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
  const of = (rates: Rates, name: string) => (typeof rates === "number" ? rates : rates[name]);
  return { last, next, jumps: names.some((name) => differs(of(before, name), of(last, name))) };
}
