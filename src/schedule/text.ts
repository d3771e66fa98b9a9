// Schedules as text.
import { describeNest } from "./nest/plan.ts";
import { describeConvolution } from "./products/convolution/plan.ts";
import { describeMatmul } from "./products/matmul/plan.ts";
import type { Schedule } from "./schedule.ts";
import { describeTopk } from "./topk.ts";

/** A schedule in one line, for explain(). */
export function describe(schedule: Schedule): string {
  switch (schedule.kind) {
    case "loops":
    case "scan":
      return describeNest(schedule.nest, schedule.plan, schedule.form);
    case "matmul": {
      const { matrices, plan } = schedule;
      return `${matrices === 1 ? "" : `${matrices} times `}${describeMatmul(plan)}`;
    }
    case "convolution":
      return describeConvolution(schedule.plan);
    case "topk":
      return describeTopk(schedule);
    default:
      return schedule satisfies never;
  }
}
