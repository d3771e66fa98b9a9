// Shows the trial of mirroring while it runs, and puts its decision into the plan.
import type { Dataset } from "chainrule/data";
import type { Description } from "chainrule/model";
import type { SingleBar } from "cli-progress";
import { GaveUp } from "../failure.ts";
import type { Interrupt } from "../interrupt.ts";
import { startBar } from "../terminal/bars.ts";
import type { Screen } from "../terminal/screen.ts";
import { mirrored } from "./augmentation.ts";
import { type Decision, decideMirroring } from "./mirroring.ts";
import type { Plan } from "./plan.ts";

const trying = "a short trial shows whether mirror images keep their class";

/** A trial that takes less time needs no words of its own. */
const quietMs = 2000;

interface Trying {
  readonly train: Dataset;
  readonly validation: Dataset | null;
  readonly description: Description;
  readonly screen: Screen;
  readonly interrupt: Interrupt;
}

/** Decides whether pictures are mirrored; null where the user stopped the trial, or the reader of the output has gone. */
export async function tryMirroring(
  plan: Plan,
  { train, validation, description, screen, interrupt }: Trying,
): Promise<Decision | null> {
  const steps = 1000;
  const began = performance.now();
  const shown: { bar: SingleBar | null; said: boolean } = { bar: null, said: false };
  const onProgress = (done: number) => {
    interrupt.check();
    if (performance.now() - began < quietMs) return;
    if (!screen.redrawn) {
      if (!shown.said) screen.say(`${trying} ...`);
      shown.said = true;
      return;
    }
    shown.bar ??= startBar(screen, { format: `${trying} {bar}`, total: steps, clear: true });
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
