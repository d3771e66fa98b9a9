// Learning rates as functions of the step, counted from 0: `optimizer.lr = schedule(step)` before each step, compiled or not.
import { checkNumber } from "../errors/numbers.ts";
import { takes } from "../tensor/arguments.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";

/** What cosineSchedule takes. */
export interface CosineScheduleOptions {
  /** The highest learning rate, from 0. */
  readonly peak: number;
  /** How many steps there are, from 1. */
  readonly steps: number;
  /** How many of them lead up to the peak; 0 if left out. */
  readonly warmup?: number | undefined;
  /** The last learning rate; 0 if left out. */
  readonly floor?: number | undefined;
}

/** What oneCycleSchedule takes. */
export interface OneCycleScheduleOptions {
  /** The highest learning rate, from 0. */
  readonly peak: number;
  /** How many steps there are, from 1. */
  readonly steps: number;
  /** How many of them lead up to the peak; 0.3 of them if left out. */
  readonly warmup?: number | undefined;
  /** The first learning rate is peak/divFactor; 25 if left out. */
  readonly divFactor?: number | undefined;
  /** The last one is the first/finalDivFactor; 1e4 if left out. */
  readonly finalDivFactor?: number | undefined;
}

const cosineNames: OptionNames<CosineScheduleOptions> = { peak: true, steps: true, warmup: true, floor: true };
const oneCycleNames: OptionNames<OneCycleScheduleOptions> = {
  ...{ peak: true, steps: true, warmup: true },
  ...{ divFactor: true, finalDivFactor: true },
};

function checkWarmup(call: string, warmup: number, steps: number): void {
  checkNumber(call, "steps", steps, { from: 1 });
  checkNumber(call, "warmup", warmup, { from: 0, to: steps });
}

/** From a to b as t goes from 0 to 1, along half a period of the cosine: level at both ends. */
const ease = (a: number, b: number, t: number): number => b + ((a - b) / 2) * (1 + Math.cos(Math.PI * t));

/**
 * Warmup, peak · (step + 1)/(warmup + 1) so that the first step counts too and step `warmup` is at the peak; then half a cosine down
 * to `floor` at `steps`, floor + (peak - floor)/2 · (1 + cos(π · (step - warmup)/(steps - warmup))), and `floor` from there on
 * (Loshchilov and Hutter 2017; without warmup PyTorch's CosineAnnealingLR with T_max = steps, eta_min = floor; with it, its
 * LinearLR before that). Throws where a step or an option makes no sense.
 */
export function cosineSchedule(options: CosineScheduleOptions): (step: number) => number {
  takes("cosineSchedule", arguments.length, 1);
  checkOptions("cosineSchedule", options, cosineNames);
  const { peak, steps, warmup = 0, floor = 0 } = options;
  checkNumber("cosineSchedule", "peak", peak, { from: 0 });
  checkNumber("cosineSchedule", "floor", floor, { from: 0 });
  checkWarmup("cosineSchedule", warmup, steps);
  return (step) => {
    checkNumber("cosineSchedule", "the step", step, { from: 0 });
    if (step < warmup) return (peak * (step + 1)) / (warmup + 1);
    return step >= steps ? floor : ease(peak, floor, (step - warmup) / (steps - warmup));
  };
}

/**
 * From peak/divFactor up to the peak at step warmup - 1, and down to peak/divFactor/finalDivFactor at step steps - 1, each along
 * half a cosine; there it stays (Smith and Topin 2018; PyTorch's OneCycleLR with pct_start = warmup/steps). The warmup is 0.3 of the steps
 * if left out, and need not be whole. Throws where a step or an option makes no sense.
 */
export function oneCycleSchedule(options: OneCycleScheduleOptions): (step: number) => number {
  takes("oneCycleSchedule", arguments.length, 1);
  checkOptions("oneCycleSchedule", options, oneCycleNames);
  const { peak, steps, warmup = 0.3 * options.steps, divFactor = 25, finalDivFactor = 1e4 } = options;
  checkNumber("oneCycleSchedule", "peak", peak, { from: 0 });
  checkNumber("oneCycleSchedule", "divFactor", divFactor, { from: 1 });
  checkNumber("oneCycleSchedule", "finalDivFactor", finalDivFactor, { from: 1 });
  checkWarmup("oneCycleSchedule", warmup, steps);
  const [first, last] = [peak / divFactor, peak / divFactor / finalDivFactor];
  const [top, end] = [Math.max(warmup - 1, 0), steps - 1];
  return (step) => {
    checkNumber("oneCycleSchedule", "the step", step, { from: 0 });
    if (step < top) return ease(first, peak, step / top);
    return step >= end ? (end > top ? last : peak) : ease(peak, last, (step - top) / (end - top));
  };
}
