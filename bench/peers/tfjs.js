// TensorFlow.js on its WebAssembly backend, on one thread, which is all that it has in Node: its flag WASM_HAS_MULTITHREAD_SUPPORT is false
// there (github.com/tensorflow/tfjs/issues/3830), and with the flag forced the backend does not start. The backend lacks the gradient of a
// convolution by its kernel, which is written here in the form that measured fastest: as a convolution whose channels are the images of the
// batch and whose kernel is the gradient of the result. TensorFlow.js puts channels last, so weights and images are transposed beforehand.
import * as tf from "@tensorflow/tfjs";
import { setThreadsCount, version_wasm } from "@tensorflow/tfjs-backend-wasm";
import { numbersOf } from "../works.js";
import { answer } from "./answer.js";

// This must stand before the first tensor, since the backend chooses its binary by these settings.
tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
setThreadsCount(1);
if (!(await tf.setBackend("wasm"))) throw new Error("tfjs: no wasm backend");
await tf.ready();

const tensorOf = (described) => tf.tensor(numbersOf(described), described.shape);
const channelsLast = (x) => (x.rank === 4 ? x.transpose([0, 2, 3, 1]) : x);

/** x [N, H, W, C] by w [h, w, C, O], stride 1. With `fromData`, x is data and needs no gradient. */
function convolution(padding, fromData) {
  const forward = (x, w) => tf.conv2d(x, w, 1, padding);
  const toInput = (dy, w, shape) => tf.conv2dTranspose(dy, w, shape, 1, padding);
  const toKernel = (dy, x) => {
    const image = x.transpose([3, 1, 2, 0]); // [C, H, W, N]
    const kernel = dy.transpose([1, 2, 0, 3]); // [H, W, N, O]
    return forward(image, kernel).transpose([1, 2, 0, 3]);
  };
  if (fromData) return (x, w) => tf.customGrad((w) => ({ value: forward(x, w), gradFunc: (dy) => toKernel(dy, x) }))(w);
  return tf.customGrad((x, w, save) => {
    save([x, w]);
    return {
      value: forward(x, w),
      gradFunc: (dy, [x, w]) => [toInput(dy, w, x.shape), toKernel(dy, x)],
    };
  });
}

function layersOf({ layers, parameters }) {
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

function train(work) {
  const layers = layersOf(work);
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
    const value = loss.dataSync()[0];
    loss.dispose();
    return value;
  };
  return { step };
}

function multiply({ a, b, repeats }) {
  const [left, right] = [a, b].map(tensorOf);
  let result = null;
  return {
    step() {
      for (let i = 0; i < repeats; i++) {
        result?.dispose();
        result = tf.matMul(left, right);
      }
    },
    entries: (places) => {
      const values = result.dataSync();
      return places.map((place) => values[place]);
    },
  };
}

await answer(`TensorFlow.js ${version_wasm}, wasm`, { train, multiply });
