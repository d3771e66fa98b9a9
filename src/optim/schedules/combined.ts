// Learning rates made of others: one after the other, or all at once.
import { ChainruleError } from "../../errors/error.ts";
import { checkNumber } from "../../errors/numbers.ts";
import { shown, takes } from "../../tensor/arguments.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { checkMilestones, type Schedule } from "./factors.ts";

/** The options of sequentialSchedule. */
export interface SequentialScheduleOptions {
  /** The schedules, in order; each counts its steps from 0. */
  readonly schedules: readonly Schedule[];
  /** The step at which each of them but the first begins, in order. */
  readonly milestones: readonly number[];
}

/** The options of chainedSchedule. */
export interface ChainedScheduleOptions {
  /** The learning rate that all schedules have as their peak, above 0. */
  readonly peak: number;
  /** The schedules. */
  readonly schedules: readonly Schedule[];
}

const sequentialNames: OptionNames<SequentialScheduleOptions> = { schedules: true, milestones: true };
const chainedNames: OptionNames<ChainedScheduleOptions> = { peak: true, schedules: true };

function checkSchedules(call: string, schedules: readonly Schedule[]): void {
  if (!Array.isArray(schedules) || schedules.some((schedule) => typeof schedule !== "function"))
    throw new ChainruleError("type", call, `schedules are a list of functions of the step, not ${shown(schedules)}`);
  if (schedules.length === 0) throw new ChainruleError("option", call, "there are no schedules");
}

/** One schedule after the other: the one with number i from milestones[i - 1] on, where it begins with its step 0 (PyTorch's SequentialLR). */
export function sequentialSchedule(options: SequentialScheduleOptions): Schedule {
  takes("sequentialSchedule", arguments.length, 1);
  checkOptions("sequentialSchedule", options, sequentialNames);
  const { schedules, milestones } = options;
  checkSchedules("sequentialSchedule", schedules);
  checkMilestones("sequentialSchedule", milestones);
  if (milestones.length !== schedules.length - 1)
    throw new ChainruleError(
      "option",
      "sequentialSchedule",
      `${schedules.length} schedules have ${schedules.length - 1} milestones between them, not ${milestones.length}`,
    );
  const [all, starts] = [[...schedules], [0, ...milestones]];
  return (step) => {
    checkNumber("sequentialSchedule", "the step", step, { from: 0 });
    const current = starts.filter((start) => start <= step).length - 1;
    return all[current](step - starts[current]);
  };
}

/** peak · Π schedule(step)/peak: the factors of all schedules multiply (PyTorch's ChainedScheduler, whose schedules end at 0). */
export function chainedSchedule(options: ChainedScheduleOptions): Schedule {
  takes("chainedSchedule", arguments.length, 1);
  checkOptions("chainedSchedule", options, chainedNames);
  const { peak, schedules } = options;
  checkNumber("chainedSchedule", "peak", peak, { above: 0 });
  checkSchedules("chainedSchedule", schedules);
  const all = [...schedules];
  return (step) => {
    checkNumber("chainedSchedule", "the step", step, { from: 0 });
    return all.reduce((rate, schedule) => rate * (schedule(step) / peak), peak);
  };
}
