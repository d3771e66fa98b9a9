// Cross-validation of nets that begin with random weights: for each fold one is trained as the model of the whole set will be. Where pictures
// for validation were asked for, they are set aside from those to learn from, so that no net chooses its best epoch by the fold that it is
// asked about.
import { normalisation } from "chainrule/data";
import type { Description } from "chainrule/model";
import type { SingleBar } from "cli-progress";
import type { Data } from "../data-set.ts";
import { judge } from "../evaluate/evaluation.ts";
import { GaveUp } from "../failure.ts";
import type { Interrupt } from "../interrupt.ts";
import { type Part, setAside } from "../pictures/aside.ts";
import { startBar } from "../terminal/bars.ts";
import { isReaderGone } from "../terminal/output.ts";
import type { Screen } from "../terminal/screen.ts";
import { notDiverged } from "../train/diverged.ts";
import type { Plan } from "../train/plan.ts";
import { begin, type Training } from "../train/training.ts";
import { chosen } from "./assign.ts";
import type { Fold, Learn } from "./folds.ts";

interface Wanted {
  readonly screen: Screen;
  readonly interrupt: Interrupt;
  readonly data: Data;
  readonly description: Description;
  readonly plan: Plan;
  readonly pool: Part;
}

export const learnWithNets =
  (wanted: Wanted): Learn =>
  async (fold) => {
    const { data, plan, pool, interrupt } = wanted;
    const held = chosen(pool.data, fold.held);
    const rest = { data: chosen(pool.data, fold.learned), files: null };
    const { train, aside } = setAside(rest, { fraction: plan.validation, seed: plan.seed, fromEach: false });
    const description = { ...wanted.description, normalisation: normalisation(train.data) };
    const training = begin({
      data: { ...data, train: train.data, validation: aside?.data ?? null, test: held, files: null },
      ...{ description, plan, signal: interrupt.signal, resume: null, profile: false },
    });
    await runToEnd(training, fold, wanted);
    const evaluation = await judge({ net: training.net, description }, held, interrupt.signal);
    if (evaluation === null) throw new GaveUp();
    return evaluation.scores.data as Float32Array;
  };

/** Trains to the end. Throws GaveUp where the user stopped it, or the reader of the output has gone. */
async function runToEnd(
  { run, stepsPerEpoch }: Training,
  { fold, folds }: Fold,
  { screen, plan }: Wanted,
): Promise<void> {
  let bar: SingleBar | null = null;
  try {
    for await (const event of run) {
      if (event.type === "stopped" || isReaderGone()) throw new GaveUp();
      if (event.type !== "step" || !screen.redrawn) continue;
      const format = `fold ${fold + 1} of ${folds} {bar}`;
      bar ??= startBar(screen, { format, total: plan.epochs * stepsPerEpoch, clear: true });
      bar.update(event.step);
    }
  } catch (error) {
    throw notDiverged(error, plan);
  } finally {
    bar?.stop();
  }
}
