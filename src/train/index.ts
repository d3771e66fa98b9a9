// "chainrule/train": the training loop, evaluation and metrics. It runs in pages too.
export type { Checkpoint, Stateful } from "./checkpoint.ts";
export { isUneven } from "./classifier/examples.ts";
export { type FitClassifierOptions, type FittedClassifier, fitClassifier } from "./classifier/fit-classifier.ts";
export type { ClassifierChoice } from "./classifier/penalty.ts";
export type { Device, Placement } from "./device.ts";
export { evaluate, type Judgement, type JudgeOptions } from "./evaluate.ts";
export type { EvaluateOptions, Evaluation, Loss } from "./evaluate-pictures.ts";
export type {
  Named,
  TrainingDone,
  TrainingEpoch,
  TrainingEvent,
  TrainingPlace,
  TrainingStart,
  TrainingStep,
  TrainingStopped,
  TrainingValidation,
} from "./events.ts";
export { fit, type RatesOf } from "./fit.ts";
export { type GradCam, type GradCamOptions, gradCam } from "./grad-cam.ts";
export {
  accuracy,
  balancedAccuracy,
  type ClassReport,
  classReport,
  confusionMatrix,
  type Numbers,
  type Scores,
} from "./metrics.ts";
export type { Model } from "./models.ts";
export type { FitOptions, Resume, RunOptions } from "./options.ts";
export type {
  DoneEvent,
  EpochEvent,
  FitEvent,
  Mean,
  StartEvent,
  StepEvent,
  StoppedEvent,
  ValidationEvent,
} from "./picture-events.ts";
export type { Best, BestEpoch, EpochRecord, Metric, Mode } from "./position.ts";
export type { Junction } from "./rates.ts";
export type { Fit } from "./run.ts";
export type { Position } from "./saved-position.ts";
export { type CalibrationOptions, calibrationError, logLoss, topKAccuracy } from "./score-metrics.ts";
export type { AbortSignalLike } from "./signal.ts";
export type { NamesOf, OutputsOf, Result } from "./tally.ts";
export type {
  DataFor,
  DataOptions,
  Given,
  LossOptions,
  MetricsOf,
  Optimizers,
  Schedule,
  StepOptions,
  TrainingOptions,
} from "./training-options.ts";
