// Learning rates as functions of the step, counted from 0: `optimizer.lr = schedule(step)` before each step, compiled or not.
import { checkNumber } from "../errors/numbers.ts";
import { takes } from "../tensor/arguments.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";

/** The options of cosineSchedule. */
export interface CosineScheduleOptions {
  /** The highest learning rate, from 0. */
  readonly peak: number;
  /** How many steps there are, from 1. */
  readonly steps: number;
  /** How many of the steps lead up to the peak; 0 if left out. */
  readonly warmup?: number | undefined;
  /** The last learning rate; 0 if left out. */
  readonly floor?: number | undefined;
}

/** The options of oneCycleSchedule. */
export interface OneCycleScheduleOptions {
  /** The highest learning rate, from 0. */
  readonly peak: number;
  /** How many steps there are, from 1. */
  readonly steps: number;
  /** How many of the steps lead up to the peak; 0.3 · steps if left out. */
  readonly warmup?: number | undefined;
  /** The peak divided by the first learning rate, from 1; 25 if left out. */
  readonly divFactor?: number | undefined;
  /** The first learning rate divided by the last one, from 1; 1e4 if left out. */
  readonly finalDivFactor?: number | undefined;
}

const cosineNames: OptionNames<CosineScheduleOptions> = { peak: true, steps: true, warmup: true, floor: true };
const oneCycleNames: OptionNames<OneCycleScheduleOptions> = {
  peak: true,
  steps: true,
  warmup: true,
  divFactor: true,
  finalDivFactor: true,
};

function checkWarmup(call: string, warmup: number, steps: number): void {
  checkNumber(call, "steps", steps, { from: 1 });
  checkNumber(call, "warmup", warmup, { from: 0, to: steps });
}

/** Goes from a to b along half a period of the cosine as t goes from 0 to 1; its slope is 0 at both ends. */
const ease = (a: number, b: number, t: number): number => b + ((a - b) / 2) * (1 + Math.cos(Math.PI * t));

/**
 * The learning rate as a function of the step. First a linear warmup, peak · (step + 1)/(warmup + 1), so that step 0 has a rate above 0
 * and step `warmup` has the peak. Then half a cosine down to `floor` at `steps`, floor + (peak - floor)/2 · (1 + cos(π · (step -
 * warmup)/(steps - warmup))), and `floor` from there on (Loshchilov and Hutter 2017). Without warmup this is PyTorch's CosineAnnealingLR
 * with T_max = steps and eta_min = floor; with warmup, its LinearLR comes first. Throws if a step or an option is out of range.
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
 * The learning rate as a function of the step: from peak/divFactor up to the peak at step warmup - 1, and down to
 * peak/divFactor/finalDivFactor at step steps - 1, each along half a cosine; then it stays the same (Smith and Topin 2018; PyTorch's
 * OneCycleLR with pct_start = warmup/steps). The warmup is 0.3 · steps if left out, and need not be whole. Throws if a step or an option
 * is out of range.
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
  const [peakStep, lastStep] = [Math.max(warmup - 1, 0), steps - 1];
  return (step) => {
    checkNumber("oneCycleSchedule", "the step", step, { from: 0 });
    if (step < peakStep) return ease(first, peak, step / peakStep);
    if (step >= lastStep) return lastStep > peakStep ? last : peak;
    return ease(peak, last, (step - peakStep) / (lastStep - peakStep));
  };
}
