// The works of bench/works.js in TensorFlow.js, on the backend that tfjs.js or page/tfjs.js has chosen. TensorFlow.js puts channels last, so
// weights and images are transposed beforehand.
import * as tf from "@tensorflow/tfjs";
import { numbersOf } from "../works.js";

/**
 * convolution(padding, fromData) is a function of x [N, H, W, C] and w [h, w, C, O], stride 1; with `fromData`, x is data and needs no
 * gradient. read(tensor, use) gives use(the tensor's numbers), or a promise of it; wait(tensor) waits until the tensor has been computed.
 */
export const worksWith = (how) => ({
  train: (work) => train(work, how),
  multiply: (work) => multiply(work, how),
});

const tensorOf = (described) => tf.tensor(numbersOf(described), described.shape);
const channelsLast = (x) => (x.rank === 4 ? x.transpose([0, 2, 3, 1]) : x);

function layersOf({ layers, parameters }, convolution) {
  const unused = parameters.map(tensorOf);
  let channels = 0; // of the images that a Flatten flattens
  let flattened = false;
  return layers.map(({ kind, padding, to }, place) => {
    if (kind === "relu") return tf.relu;
    if (kind === "pool") return (x) => tf.maxPool(x, 2, 2, "valid");
    if (kind === "flatten") {
      flattened = true;
      return (x) => x.reshape([x.shape[0], -1]);
    }
    const [weight, bias] = [unused.shift(), tf.variable(unused.shift())];
    if (kind === "conv") {
      channels = to;
      const w = tf.variable(weight.transpose([2, 3, 1, 0]));
      const convolve = convolution(padding, place === 0);
      return (x) => convolve(x, w).add(bias);
    }
    const side = Math.sqrt(weight.shape[1] / channels);
    const channelsLastWeight = flattened ? weight.reshape([to, channels, side, side]).transpose([0, 2, 3, 1]) : weight;
    const w = tf.variable(channelsLastWeight.reshape([to, -1]).transpose());
    return (x) => tf.matMul(x, w).add(bias);
  });
}

function train(work, { convolution, read }) {
  const layers = layersOf(work, convolution);
  const { kind, lr } = work.optimizer;
  const optimizer = kind === "sgd" ? tf.train.sgd(lr) : tf.train.adam(lr, 0.9, 0.999, 1e-8);
  const batches = work.batches.map(({ images, labels }) => ({
    images: channelsLast(tensorOf(images)),
    labels: tf.oneHot(tf.tensor1d(labels, "int32"), 10).toFloat(),
  }));
  const step = (i) => {
    const { images, labels } = batches[i % batches.length];
    const loss = optimizer.minimize(() => {
      const logits = layers.reduce((x, layer) => layer(x), images);
      return tf.losses.softmaxCrossEntropy(labels, logits);
    }, true);
    return read(loss, ([value]) => {
      loss.dispose();
      return value;
    });
  };
  return { step };
}

function multiply({ a, b, repeats }, { read, wait }) {
  const [left, right] = [a, b].map(tensorOf);
  let result = null;
  return {
    step() {
      for (let i = 0; i < repeats; i++) {
        result?.dispose();
        result = tf.matMul(left, right);
      }
      return wait(result);
    },
    entries: (places) => read(result, (values) => places.map((place) => values[place])),
  };
}
