// Runs a net over pictures in batches of one size, the last one filled up. The order in which a convolution sums depends on the size of the
// batch, so in batches of several sizes a picture's probabilities would differ in their last bits: evaluate and predict would not say the
// same of it, and each size would need a program of its own.
import { type Sequential, tensor } from "chainrule";
import { backboneNames, type Description } from "chainrule/model";
import { confusionMatrix, type Evaluation, evaluate } from "chainrule/train";
import type { Pictures } from "../data-set.ts";

/**
 * Larger batches are no faster. A single picture takes as long as a batch: for a pretrained net, whose pictures take 26 ms each on one
 * thread, four in a batch are as fast as 32.
 */
const batchSizeOf = ({ architecture: [[first]] }: Description): number =>
  backboneNames.some((name) => name === first) ? 4 : 32;

interface Judged {
  readonly net: Sequential;
  readonly description: Description;
}

/** evaluate, in batches of one size. */
export async function evaluateWhole(model: Judged, data: Pictures, signal: AbortSignal): Promise<Evaluation> {
  const batchSize = batchSizeOf(model.description);
  const options = { ...model.description.normalisation, batchSize, signal };
  const count = data.labels.size;
  const plain = await evaluate(model.net, data, options);
  const left = count % batchSize;
  if (left === 0) return plain;
  const bytes = await lastOf(data, left);
  const scores = Float32Array.from(plain.scores.data);
  scores.set(await probabilitiesOf(model, bytes, signal), (count - left) * data.classes.length);
  return { ...plain, ...evaluationOf(data, scores) };
}

/** uint8 [count, C, H, W]: the last pictures. */
async function lastOf(data: Pictures, count: number): Promise<Uint8Array> {
  const total = data.labels.size;
  if ("images" in data) return data.images.data.subarray((total - count) * (data.images.size / total)) as Uint8Array;
  const { images } = await data.load(Int32Array.from({ length: count }, (_, n) => total - count + n));
  return images.data as Uint8Array;
}

/** The answers of a data set with these probabilities [pictures, classes], and their counts. */
export function evaluationOf({ labels, classes }: Pictures, scores: Float32Array) {
  const rows = Array.from(labels.data, (_, n) => scores.subarray(n * classes.length, (n + 1) * classes.length));
  const answers = Int32Array.from(rows, (row) => row.indexOf(Math.max(...row)));
  const confusion = confusionMatrix(answers, labels, classes.length);
  const right = confusion.reduce((sum, row, truth) => sum + row[truth], 0);
  return {
    accuracy: right / labels.size,
    confusion,
    answers,
    probabilities: Float32Array.from(answers, (answer, n) => rows[n][answer]),
    scores: tensor(scores, { shape: [labels.size, classes.length] }),
  };
}

/** The probabilities of all classes, [pictures, classes], for pictures uint8 [pictures, C, H, W]. */
export async function probabilitiesOf(
  { net, description }: Judged,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<Float32Array> {
  const { input, classes, normalisation } = description;
  const batchSize = batchSizeOf(description);
  const count = bytes.length / input.reduce((a, b) => a * b);
  const filled = Math.ceil(count / batchSize) * batchSize;
  const images = new Uint8Array((bytes.length / count) * filled);
  images.set(bytes);
  const data = {
    images: tensor(images, { shape: [filled, ...input] }),
    labels: tensor(new Int32Array(filled)),
    classes,
  };
  const { scores } = await evaluate(net, data, { ...normalisation, batchSize, signal });
  return (scores.data as Float32Array).slice(0, count * classes.length);
}
