// Learning rates that fall and rise again.
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber, checkWhole } from "../../errors/numbers.ts";
import { shown, takes } from "../../tensor/arguments.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import type { Schedule } from "./factors.ts";

/** The options of cosineRestartsSchedule. */
export interface CosineRestartsScheduleOptions {
  /** The highest learning rate, from 0. */
  readonly peak: number;
  /** After how many steps the rate is first the peak again, from 1. */
  readonly period: number;
  /** By how much each period is longer than the one before, a whole number from 1; 1 if left out. */
  readonly multiplier?: number | undefined;
  /** The learning rate at which periods end; 0 if left out. */
  readonly floor?: number | undefined;
}

/** The options of cyclicSchedule. */
export interface CyclicScheduleOptions {
  /** The highest learning rate, from 0. */
  readonly peak: number;
  /** The lowest learning rate, from 0. */
  readonly floor: number;
  /** In how many steps the rate rises, above 0; 2000 if left out. */
  readonly stepSizeUp?: number | undefined;
  /** In how many steps it falls, above 0; as many as it rises if left out. */
  readonly stepSizeDown?: number | undefined;
  /** How high the cycles are: equally ("triangular"), each half as high as the one before ("triangular2"), or gammaˢᵗᵉᵖ ("expRange"). */
  readonly mode?: "triangular" | "triangular2" | "expRange" | undefined;
  /** The factor of "expRange", above 0; 1 if left out. */
  readonly gamma?: number | undefined;
}

const restartsNames: OptionNames<CosineRestartsScheduleOptions> = {
  peak: true,
  period: true,
  multiplier: true,
  floor: true,
};
const cyclicNames: OptionNames<CyclicScheduleOptions> = {
  peak: true,
  floor: true,
  stepSizeUp: true,
  stepSizeDown: true,
  mode: true,
  gamma: true,
};

/**
 * Half a cosine from the peak to `floor` over `period` steps, then again from the peak, over periods that grow by the multiplier (Loshchilov and
 * Hutter 2017; PyTorch's CosineAnnealingWarmRestarts).
 */
export function cosineRestartsSchedule(options: CosineRestartsScheduleOptions): Schedule {
  takes("cosineRestartsSchedule", arguments.length, 1);
  checkOptions("cosineRestartsSchedule", options, restartsNames);
  const { peak, period, multiplier = 1, floor = 0 } = options;
  checkNumber("cosineRestartsSchedule", "peak", peak, { from: 0 });
  checkNumber("cosineRestartsSchedule", "floor", floor, { from: 0 });
  checkWhole("cosineRestartsSchedule", "period", period, { from: 1 });
  checkWhole("cosineRestartsSchedule", "multiplier", multiplier, { from: 1 });
  return (step) => {
    checkNumber("cosineRestartsSchedule", "the step", step, { from: 0 });
    let [rest, length] = [multiplier === 1 ? step % period : step, period];
    while (rest >= length) {
      rest -= length;
      length *= multiplier;
    }
    return floor + ((peak - floor) / 2) * (1 + Math.cos((Math.PI * rest) / length));
  };
}

/**
 * Rises along a line from `floor` to the peak in stepSizeUp steps, and falls back in stepSizeDown (Smith 2017; PyTorch's CyclicLR, without its
 * momentum).
 */
export function cyclicSchedule(options: CyclicScheduleOptions): Schedule {
  takes("cyclicSchedule", arguments.length, 1);
  checkOptions("cyclicSchedule", options, cyclicNames);
  const { peak, floor, stepSizeUp = 2000, stepSizeDown = stepSizeUp, mode = "triangular", gamma = 1 } = options;
  checkNumber("cyclicSchedule", "floor", floor, { from: 0 });
  checkNumber("cyclicSchedule", "peak", peak, { from: floor });
  checkNumber("cyclicSchedule", "stepSizeUp", stepSizeUp, { above: 0 });
  checkNumber("cyclicSchedule", "stepSizeDown", stepSizeDown, { above: 0 });
  checkNumber("cyclicSchedule", "gamma", gamma, { above: 0 });
  if (mode !== "triangular" && mode !== "triangular2" && mode !== "expRange")
    throw new ChainruleError(
      "option",
      "cyclicSchedule",
      `mode is "triangular", "triangular2" or "expRange", not ${shown(mode)}`,
    );
  const length = stepSizeUp + stepSizeDown;
  return (step) => {
    checkNumber("cyclicSchedule", "the step", step, { from: 0 });
    const cycle = Math.floor(1 + step / length);
    const place = 1 + step / length - cycle;
    const up = stepSizeUp / length;
    const height = place <= up ? place / up : (place - 1) / (up - 1);
    const scale = mode === "triangular" ? 1 : mode === "triangular2" ? 1 / 2 ** (cycle - 1) : gamma ** step;
    return floor + (peak - floor) * height * scale;
  };
}
