// Evaluates a net on a data set of pictures: each picture once, in order, in evaluation mode.

import { breathe } from "../compiler/breathe.ts";
import { type Compiled, compile } from "../compiler/compile.ts";
import { batches } from "../data/batches.ts";
import type { Dataset } from "../data/dataset.ts";
import { StreamedPictures } from "../data/streamed.ts";
import { ChainruleError } from "../errors/error.ts";
import { checkWhole } from "../errors/numbers.ts";
import { crossEntropy } from "../nn/losses/cross-entropy.ts";
import type { Layer } from "../nn/module.ts";
import { tensor } from "../tensor/create.ts";
import { noGrad } from "../tensor/mode.ts";
import { checkOptions, type OptionNames } from "../tensor/options.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { backendOf, type Placement } from "./device.ts";
import { confusionMatrix } from "./metrics.ts";
import { inMode } from "./modes.ts";
import { checkFits } from "./shapes.ts";
import type { AbortSignalLike } from "./signal.ts";

/** Computes the mean loss of a batch, a scalar, from logits [N, C] and labels, int32 [N]; in training with mixup, from float32 [N, C]. */
export type Loss = (logits: Tensor, labels: Tensor) => Tensor;

/** How pictures are normalised and batched, and the loss. */
export interface EvaluateOptions extends Placement {
  /** Number of pictures in a batch, default 250: larger batches are no faster, and need more memory. */
  batchSize?: number | undefined;
  /** The normalisation of the training: pixels in [0, 1] become (x - mean) / std; one number, or one for each channel. */
  mean?: number | number[] | undefined;
  std?: number | number[] | undefined;
  /** Default crossEntropy. */
  loss?: Loss | undefined;
  /** When the signal is aborted, evaluate throws its reason. */
  signal?: AbortSignalLike | undefined;
  /** false: the model runs operation by operation, which is slow. Default true. */
  compile?: boolean | undefined;
}

/** The net's predictions for a data set, and their counts. */
export interface Evaluation {
  /** The part of the predictions that are right, 0 to 1. */
  readonly accuracy: number;
  /** The mean over all pictures. */
  readonly loss: number;
  /** confusion[truth][answer]: the number of pictures of class `truth` that were predicted as `answer`. */
  readonly confusion: readonly (readonly number[])[];
  /** For each picture, in the order of the data set: the predicted class, and its probability, 0 to 1. */
  readonly answers: Int32Array;
  readonly probabilities: Float32Array;
  /** float32 [N, C]: the probabilities of all classes, softmax of the logits. */
  readonly scores: Tensor;
}

type Judge = Compiled<[images: Tensor, labels: Tensor], { loss: Tensor; predictions: Tensor; scores: Tensor }>;

const names: OptionNames<EvaluateOptions> = {
  batchSize: true,
  mean: true,
  std: true,
  loss: true,
  signal: true,
  threads: true,
  device: true,
  share: true,
  compile: true,
};

/** One program for each model, loss, backend and number of threads; repeated evaluations use it again. */
const judges = new WeakMap<Layer, WeakMap<Loss, Map<string, Judge>>>();

async function programOf(model: Layer, loss: Loss, { device, threads }: Placement): Promise<Judge> {
  const backend = await backendOf("evaluate", device);
  const ofModel = judges.get(model) ?? new WeakMap<Loss, Map<string, Judge>>();
  judges.set(model, ofModel);
  const ofLoss = ofModel.get(loss) ?? new Map<string, Judge>();
  ofModel.set(loss, ofLoss);
  const key = `${backend} ${threads}`;
  const judge = ofLoss.get(key) ?? compile(judging(model, loss), { threads, backend });
  ofLoss.set(key, judge);
  return judge;
}

const judging = (model: Layer, loss: Loss) => (images: Tensor, labels: Tensor) =>
  noGrad(() => {
    const logits = model.forward(images);
    return { loss: loss(logits, labels), predictions: logits.argmax(1), scores: logits.softmax(1).to("float32") };
  });

/**
 * Computes accuracy, mean loss, confusion matrix, and the prediction for each picture. The model runs in evaluation mode (no dropout, batch
 * norm with its running moments) as one compiled program. Between batches it has its own mode again, and timers and events are handled.
 * Throws if there are no pictures, if pictures or classes do not fit the model, or if threads is no whole number from 1; and throws the
 * signal's reason when that is aborted.
 */
export async function evaluatePictures(
  model: Layer,
  data: Dataset | StreamedPictures,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  checkOptions("evaluate", options, names);
  const {
    batchSize = 250,
    mean,
    std,
    loss: lossOf = crossEntropy,
    signal,
    threads,
    device,
    share,
    compile: compiled = true,
  } = options;
  const [count, classes] = [data.labels.size, data.classes.length];
  if (threads !== undefined) checkWhole("evaluate", "threads", threads, { from: 1 });
  if (count === 0) throw new ChainruleError("data", "evaluate", "there are no pictures in this data set");
  const order = { batchSize, shuffle: false, mean, std, share };
  const all = data instanceof StreamedPictures ? batches(data, order) : batches(data, order);
  checkFits("evaluate", model, data, { training: false, sizes: [Math.min(batchSize, count)] });
  const judge = compiled ? await programOf(model, lossOf, { device, threads }) : judging(model, lossOf);
  const answers = new Int32Array(count);
  const scores = new Float32Array(count * classes);
  let [at, loss] = [0, 0];
  for await (const { images, labels } of all) {
    await breathe();
    signal?.throwIfAborted();
    const judged = inMode(model, false, () => judge(images, labels));
    const [[mean], predictions, sure] = await Promise.all([
      judged.loss.read(),
      judged.predictions.read(),
      judged.scores.read(),
    ]);
    loss += mean * labels.size;
    answers.set(predictions, at);
    scores.set(sure, at * classes);
    at += labels.size;
  }
  const confusion = confusionMatrix(answers, data.labels, classes);
  const right = confusion.reduce((sum, row, truth) => sum + row[truth], 0);
  return {
    accuracy: right / count,
    loss: loss / count,
    confusion,
    answers,
    probabilities: Float32Array.from(answers, (answer, n) => scores[n * classes + answer]),
    scores: tensor(scores, { shape: [count, classes] }),
  };
}
