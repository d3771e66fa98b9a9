// "chainrule/train": the training loop, evaluation and metrics. Runs in pages too.
export type { Checkpoint } from "./checkpoint.ts";
export { type EvaluateOptions, type Evaluation, evaluate, type Loss } from "./evaluate.ts";
export type {
  DoneEvent,
  EpochEvent,
  FitEvent,
  Mean,
  StartEvent,
  StepEvent,
  StoppedEvent,
  ValidationEvent,
} from "./events.ts";
export { type Fit, fit } from "./fit.ts";
export {
  accuracy,
  type ClassReport,
  classReport,
  confusionMatrix,
  type Numbers,
  type Scores,
  topKAccuracy,
} from "./metrics.ts";
export type { FitOptions, Resume } from "./options.ts";
export type { Best, Metric, Position } from "./position.ts";
