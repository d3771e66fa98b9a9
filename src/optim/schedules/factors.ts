// Learning rates that are the peak times a simple function of the step: stairs, powers, lines.
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber, checkWhole } from "../../errors/numbers.ts";
import { shown, takes } from "../../tensor/arguments.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";

/** A learning rate as a function of the step, counted from 0. */
export type Schedule = (step: number) => number;

/** The options of stepSchedule. */
export interface StepScheduleOptions {
  /** The first learning rate, from 0. */
  readonly peak: number;
  /** After how many steps the rate falls, from 1. */
  readonly stepSize: number;
  /** The factor by which it falls, from 0; 0.1 if left out. */
  readonly gamma?: number | undefined;
}

/** The options of multiStepSchedule. */
export interface MultiStepScheduleOptions {
  /** The first learning rate, from 0. */
  readonly peak: number;
  /** The steps at which the rate falls. */
  readonly milestones: readonly number[];
  /** The factor by which it falls, from 0; 0.1 if left out. */
  readonly gamma?: number | undefined;
}

/** The options of exponentialSchedule. */
export interface ExponentialScheduleOptions {
  /** The first learning rate, from 0. */
  readonly peak: number;
  /** The factor of each step, from 0. */
  readonly gamma: number;
}

/** The options of polynomialSchedule. */
export interface PolynomialScheduleOptions {
  /** The first learning rate, from 0. */
  readonly peak: number;
  /** After how many steps the rate is 0, from 1; 5 if left out. */
  readonly steps?: number | undefined;
  /** The power of what is left of the steps; 1 if left out. */
  readonly power?: number | undefined;
}

/** The options of linearSchedule. */
export interface LinearScheduleOptions {
  /** The learning rate that the factors multiply, from 0. */
  readonly peak: number;
  /** The first factor, above 0 and up to 1; 1/3 if left out. */
  readonly startFactor?: number | undefined;
  /** The last factor, from 0 to 1; 1 if left out. */
  readonly endFactor?: number | undefined;
  /** After how many steps it is reached, from 1; 5 if left out. */
  readonly steps?: number | undefined;
}

/** The options of constantSchedule. */
export interface ConstantScheduleOptions {
  /** The learning rate at the end, from 0. */
  readonly peak: number;
  /** The factor of the first steps, from 0 to 1; 1/3 if left out. */
  readonly factor?: number | undefined;
  /** How many steps have it, from 0; 5 if left out. */
  readonly steps?: number | undefined;
}

const stepNames: OptionNames<StepScheduleOptions> = { peak: true, stepSize: true, gamma: true };
const multiStepNames: OptionNames<MultiStepScheduleOptions> = { peak: true, milestones: true, gamma: true };
const exponentialNames: OptionNames<ExponentialScheduleOptions> = { peak: true, gamma: true };
const polynomialNames: OptionNames<PolynomialScheduleOptions> = { peak: true, steps: true, power: true };
const linearNames: OptionNames<LinearScheduleOptions> = { peak: true, startFactor: true, endFactor: true, steps: true };
const constantNames: OptionNames<ConstantScheduleOptions> = { peak: true, factor: true, steps: true };

/** The schedule peak · factor(step), whose steps are checked. */
function scaled(call: string, peak: number, factor: (step: number) => number): Schedule {
  checkNumber(call, "peak", peak, { from: 0 });
  return (step) => {
    checkNumber(call, "the step", step, { from: 0 });
    return peak * factor(step);
  };
}

/** peak · gammaᵏ, where k is the number of whole times that stepSize goes into the step (PyTorch's StepLR). */
export function stepSchedule(options: StepScheduleOptions): Schedule {
  takes("stepSchedule", arguments.length, 1);
  checkOptions("stepSchedule", options, stepNames);
  const { peak, stepSize, gamma = 0.1 } = options;
  checkWhole("stepSchedule", "stepSize", stepSize, { from: 1 });
  checkNumber("stepSchedule", "gamma", gamma, { from: 0 });
  return scaled("stepSchedule", peak, (step) => gamma ** Math.floor(step / stepSize));
}

/** Throws unless the milestones are a list of numbers in order. */
export function checkMilestones(call: string, milestones: readonly number[]): void {
  if (!Array.isArray(milestones))
    throw new ChainruleError("type", call, `milestones are a list of steps, not ${shown(milestones)}`);
  for (const [i, milestone] of milestones.entries())
    checkNumber(call, `milestones[${i}]`, milestone, { from: i === 0 ? 0 : milestones[i - 1] });
}

/** peak · gammaᵏ, where k is the number of milestones up to the step (PyTorch's MultiStepLR). The milestones are in order. */
export function multiStepSchedule(options: MultiStepScheduleOptions): Schedule {
  takes("multiStepSchedule", arguments.length, 1);
  checkOptions("multiStepSchedule", options, multiStepNames);
  const { peak, milestones, gamma = 0.1 } = options;
  checkMilestones("multiStepSchedule", milestones);
  checkNumber("multiStepSchedule", "gamma", gamma, { from: 0 });
  const steps = [...milestones];
  return scaled("multiStepSchedule", peak, (step) => gamma ** steps.filter((milestone) => milestone <= step).length);
}

/** peak · gammaˢᵗᵉᵖ (PyTorch's ExponentialLR). */
export function exponentialSchedule(options: ExponentialScheduleOptions): Schedule {
  takes("exponentialSchedule", arguments.length, 1);
  checkOptions("exponentialSchedule", options, exponentialNames);
  const { peak, gamma } = options;
  checkNumber("exponentialSchedule", "gamma", gamma, { from: 0 });
  return scaled("exponentialSchedule", peak, (step) => gamma ** step);
}

/** peak · (1 - step/steps)^power, and 0 after the last step (PyTorch's PolynomialLR). */
export function polynomialSchedule(options: PolynomialScheduleOptions): Schedule {
  takes("polynomialSchedule", arguments.length, 1);
  checkOptions("polynomialSchedule", options, polynomialNames);
  const { peak, steps = 5, power = 1 } = options;
  checkNumber("polynomialSchedule", "steps", steps, { from: 1 });
  checkNumber("polynomialSchedule", "power", power, { from: 0 });
  return scaled("polynomialSchedule", peak, (step) => (1 - Math.min(step, steps) / steps) ** power);
}

/** peak · (startFactor + (endFactor - startFactor) · step/steps), and peak · endFactor after the last step (PyTorch's LinearLR). */
export function linearSchedule(options: LinearScheduleOptions): Schedule {
  takes("linearSchedule", arguments.length, 1);
  checkOptions("linearSchedule", options, linearNames);
  const { peak, startFactor = 1 / 3, endFactor = 1, steps = 5 } = options;
  checkNumber("linearSchedule", "startFactor", startFactor, { above: 0, to: 1 });
  checkNumber("linearSchedule", "endFactor", endFactor, { from: 0, to: 1 });
  checkNumber("linearSchedule", "steps", steps, { from: 1 });
  const rise = endFactor - startFactor;
  return scaled("linearSchedule", peak, (step) => startFactor + (rise * Math.min(step, steps)) / steps);
}

/** peak · factor in the first steps, then peak (PyTorch's ConstantLR). */
export function constantSchedule(options: ConstantScheduleOptions): Schedule {
  takes("constantSchedule", arguments.length, 1);
  checkOptions("constantSchedule", options, constantNames);
  const { peak, factor = 1 / 3, steps = 5 } = options;
  checkNumber("constantSchedule", "factor", factor, { from: 0, to: 1 });
  checkNumber("constantSchedule", "steps", steps, { from: 0 });
  return scaled("constantSchedule", peak, (step) => (step < steps ? factor : 1));
}
