// The task of training on pictures with classes: the loss is crossEntropy of the logits, the metric is accuracy, and the result of validation
// has the prediction for each picture.
import { epochOf } from "../data/batches.ts";
import type { Batch } from "../data/pictures.ts";
import { sourceOf } from "../data/source.ts";
import { fingerprintOf } from "../data/source-fingerprint.ts";
import { crossEntropy } from "../nn/losses/cross-entropy.ts";
import type { Layer } from "../nn/module.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { evaluatePictures, type Loss } from "./evaluate-pictures.ts";
import { orderOfShards } from "./feed.ts";
import { learner } from "./learn.ts";
import { bestMetric, checkPictureOptions, type FitOptions } from "./options.ts";
import { checkFits } from "./shapes.ts";
import type { Task } from "./task.ts";

/** Makes the task. Throws if options are wrong, or if model and data do not fit. */
export function pictureTask(model: Layer, options: FitOptions): Task {
  checkPictureOptions(model, options);
  const { train, validation, batchSize, dropLast = false, seed, mean, std, augment, earlyStopping } = options;
  const { device, share, threads } = options;
  const { optimizer, labelSmoothing = 0, clipNorm, compile } = options;
  const count = train.labels.size;
  const rest = count % batchSize;
  const sizes = [Math.min(batchSize, count), ...(rest === 0 || dropLast ? [] : [rest])];
  checkFits("fit", model, train, { training: true, sizes });
  if (validation !== undefined) checkFits("fit: validation", model, validation, { training: false, sizes: [1] });
  const source = sourceOf("fit", train);
  const course = (epoch: number) =>
    epochOf("batches", source, { batchSize, dropLast, seed, epoch, mean, std, augment, share });
  const { batches: stepsPerEpoch, examples } = course(0);
  const lossOf: Loss = options.loss ?? ((logits, labels) => crossEntropy(logits, labels, { labelSmoothing }));
  const learn = learner({
    model,
    optimizers: [optimizer],
    clipNorm,
    loss: (batch) => {
      const { images, labels } = batch as Batch;
      const logits = model.forward(images);
      return { loss: lossOf(logits, labels), outputs: logits };
    },
    metrics: { accuracy: (logits: Tensor, { labels }: Batch) => logits.detach().argmax(1).eq(classOf(labels)) },
  });
  const kept = bestMetric(options);
  return {
    course,
    stepsPerEpoch,
    examples,
    learn,
    batchSize,
    dropLast,
    order: source.kind === "streamed" ? orderOfShards(source.data) : "shuffled",
    data: fingerprintOf(source),
    validationExamples: validation?.labels.size ?? 0,
    fullBatch: Math.min(batchSize, count),
    judge:
      validation === undefined
        ? null
        : async (signal) => {
            const how = { batchSize, mean, std, loss: options.loss, signal, threads, device, share, compile };
            const evaluation = await evaluatePictures(model, validation, how);
            const { loss, accuracy } = evaluation;
            return { means: { loss, accuracy }, beside: { evaluation } };
          },
    tracked: new Map([
      ["loss", "min"],
      ["accuracy", "max"],
    ]),
    monitor: kept ?? earlyStopping?.metric ?? "loss",
    keepBest: kept !== null,
  };
}

/** The class of each picture: with mixup, the one that has the largest part. */
const classOf = (labels: Tensor): Tensor => (labels.ndim === 1 ? labels : labels.argmax(1));
