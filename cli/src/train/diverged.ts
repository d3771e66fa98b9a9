// What is said of a training whose loss became infinite or NaN.
import { ChainruleError } from "chainrule";
import { BadInput } from "../failure.ts";
import type { Plan } from "./plan.ts";

/** The error of a training: one that diverged as BadInput with the cure, and any other as it is. */
export function notDiverged(error: unknown, { lr }: Pick<Plan, "lr">): unknown {
  if (!(error instanceof ChainruleError) || error.code !== "diverged") return error;
  const { loss, epoch, batch } = error.details;
  return new BadInput(
    `the loss became ${loss} in epoch ${epoch}, batch ${batch}: --lr ${lr} is too high; nothing was saved: train again with a lower one`,
    { cause: error },
  );
}
