// The parts of a run, and what follows from them and from the run's progress: whether the run ends, and its first event.
import type { Parts } from "./checkpoint.ts";
import type { TrainingDone, TrainingEvent, TrainingStart } from "./events.ts";
import type { RunOptions } from "./options.ts";
import type { BestEpoch, Progress } from "./position.ts";
import { junction, type Rates } from "./rates.ts";
import type { Task } from "./task.ts";
import type { Schedule } from "./training-options.ts";

export type AnyEvent = TrainingEvent<string, string, Rates>;

/** The parts of a run, after all checks. */
export interface Making<E> {
  readonly parts: Parts;
  readonly task: Task;
  readonly options: RunOptions;
  /** By the optimisers' names. */
  readonly schedules: ReadonlyMap<string, Schedule>;
  readonly patience: number | null;
  /** Converts an event to the form that the run's loop receives. */
  readonly convert: (event: AnyEvent) => E;
}

/** The best epoch so far. */
export const bestOf = ({ task }: Making<unknown>, { best }: Progress): BestEpoch | null =>
  best.get(task.monitor) ?? null;

/** Why the run ends here; null if it continues. */
export function reasonToEnd(making: Making<unknown>, progress: Progress): TrainingDone["reason"] | null {
  const { epoch } = progress;
  const { patience, options } = making;
  if (epoch >= options.epochs) return "epochs";
  const best = bestOf(making, progress);
  return patience !== null && best !== null && epoch - best.epoch >= patience ? "patience" : null;
}

/** The first event of a run with this progress. */
export function startEvent(making: Making<unknown>, progress: Progress): TrainingStart<Rates> {
  const { task, parts, options, schedules } = making;
  const { epoch, examples, step } = progress;
  const { stepsPerEpoch, validationExamples } = task;
  // A schedule is not called for a step after the end of the run.
  const last = stepsPerEpoch === null ? Infinity : options.epochs * stepsPerEpoch;
  const ahead = reasonToEnd(making, progress) === null && step < last ? schedules : new Map<string, Schedule>();
  return {
    type: "start",
    epochs: options.epochs,
    stepsPerEpoch,
    examples: task.examples,
    validationExamples,
    parameters: parts.model.parameters().reduce((sum, { size }) => sum + size, 0),
    done: { epochs: epoch, examples, steps: step },
    rate: junction(parts.optimizers, ahead, step),
  };
}
