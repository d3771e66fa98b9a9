// Shows the trial of mirroring while it runs, and puts its decision into the plan.
import type { Description } from "chainrule/model";
import type { SingleBar } from "cli-progress";
import { mirrored } from "./augmentation.ts";
import { startBar } from "./bars.ts";
import type { Data } from "./data.ts";
import { GaveUp } from "./failure.ts";
import type { Interrupt } from "./interrupt.ts";
import { type Decision, decideMirroring } from "./mirroring.ts";
import type { Plan } from "./plan.ts";
import type { Screen } from "./screen.ts";

interface Trying {
  readonly data: Data;
  readonly description: Description;
  readonly screen: Screen;
  readonly interrupt: Interrupt;
}

/** Decides whether pictures are mirrored; null where the user stopped the trial, or the reader of the output has gone. */
export async function tryMirroring(
  plan: Plan,
  { data, description, screen, interrupt }: Trying,
): Promise<Decision | null> {
  const { train, validation } = data;
  const steps = 1000;
  const shown: { bar: SingleBar | null } = { bar: null };
  const onProgress = (done: number) => {
    interrupt.check();
    if (!screen.redrawn) return;
    shown.bar ??= startBar(screen, {
      format: "trying whether mirror images keep their class {bar}",
      total: steps,
      clear: true,
    });
    shown.bar.update(Math.round(done * steps));
  };
  try {
    return await decideMirroring({ train, validation, description, plan, signal: interrupt.signal, onProgress });
  } catch (error) {
    if (error instanceof GaveUp) return null;
    throw error;
  } finally {
    shown.bar?.stop();
  }
}

export const withMirroring = (plan: Plan, { flip }: Decision): Plan => ({
  ...plan,
  augment: mirrored(plan.augment, flip),
});
