// What a run is made of, and what follows from that and from how far it is: whether it goes on, and how it introduces itself.
import type { Parts } from "./checkpoint.ts";
import type { TrainingDone, TrainingEvent, TrainingStart } from "./events.ts";
import type { RunOptions } from "./options.ts";
import type { BestEpoch, Progress } from "./position.ts";
import { junction, type Rates } from "./rates.ts";
import type { Task } from "./task.ts";
import type { Schedule } from "./training-options.ts";

export type AnyEvent = TrainingEvent<string, string, Rates>;

/** What a run is made of, checked already. */
export interface Making<E> {
  readonly parts: Parts;
  readonly task: Task;
  readonly options: RunOptions;
  /** For each optimiser by its name. */
  readonly schedules: ReadonlyMap<string, Schedule>;
  readonly patience: number | null;
  /** An event as it is given. */
  readonly told: (event: AnyEvent) => E;
}

/** The best epoch so far. */
export const bestOf = ({ task }: Making<unknown>, { best }: Progress): BestEpoch | null =>
  best.get(task.monitor) ?? null;

/** Why it is at its end; null where it is not. */
export function reasonToEnd(making: Making<unknown>, progress: Progress): TrainingDone["reason"] | null {
  const { epoch } = progress;
  const { patience, options } = making;
  if (epoch >= options.epochs) return "epochs";
  const best = bestOf(making, progress);
  return patience !== null && best !== null && epoch - best.epoch >= patience ? "patience" : null;
}

/** The first event of a run that is so far. */
export function startEvent(making: Making<unknown>, progress: Progress): TrainingStart<Rates> {
  const { task, parts, options, schedules } = making;
  const { epoch, examples, step } = progress;
  const { stepsPerEpoch, validationExamples } = task;
  // A schedule need not have a rate for a step that does not come any more.
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
