// Schedules the kernels "loops" and "scan". Both are loop nests: a scan is a sum along its last axis that also stores each partial sum.
import type { Buffer, Loops, Scan } from "../../compiler/kernel.ts";
import { readsOf, writesOf } from "../../compiler/kernel-accesses.ts";
import type { Form } from "../body/form.ts";
import { formOfKernel } from "../body/form.ts";
import { nestTime } from "../cost/time.ts";
import { type Cut, distinct } from "../cut.ts";
import { type Nest, type NestPlan, nestOf, sizeOf, unitsOf } from "./nest.ts";
import { planNest } from "./plan.ts";

export interface NestSchedule<K extends Loops | Scan = Loops | Scan> extends Cut<K> {
  readonly nest: Nest;
  readonly form: Form;
  readonly plan: NestPlan;
}

/**
 * Schedules a nest; units are cut from the axis `first`, if one is given, before all others: then each of its indices has the same number of
 * consecutive units, unless the axis has to be a loop inside a unit (cutsFirst). The plan of a nest that does the same work may be given.
 */
export function scheduleNest<K extends Loops | Scan>(
  kernel: K,
  first: number | null = null,
  known?: NestPlan,
): NestSchedule<K> {
  const nest = nestOf(kernel);
  const form = formOfKernel(kernel);
  const plan = known ?? planNest(nest, form, first);
  return {
    kind: kernel.kind,
    kernel,
    buffers: buffersOf(kernel),
    units: unitsOf(nest, plan),
    scratchBytes: 0,
    time: nestTime(form, plan.cost, sizeOf(nest.axes.filter(({ kind }) => kind !== "reduce"))),
    nest,
    form,
    plan,
  };
}

/** Whether the units of a schedule are cut from this axis before all others. */
export const cutsFirst = ({ plan }: NestSchedule, axis: number): boolean => plan.units[0] === axis;

const buffersOf = (kernel: Loops | Scan): Buffer[] =>
  distinct([...readsOf(kernel), ...writesOf(kernel)].map(({ buffer }) => buffer));
