// TensorFlow.js on its WebAssembly backend, on one thread, which is all that it has in Node: its flag WASM_HAS_MULTITHREAD_SUPPORT is false
// there (github.com/tensorflow/tfjs/issues/3830), and with the flag forced the backend does not start. The backend lacks the gradient of a
// convolution by its kernel, which is written here in the form that measured fastest: as a convolution whose channels are the images of the
// batch and whose kernel is the gradient of the result.
import * as tf from "@tensorflow/tfjs";
import { setThreadsCount, version_wasm } from "@tensorflow/tfjs-backend-wasm";
import { answer } from "./answer.js";
import { worksWith } from "./tfjs-works.js";

// This must stand before the first tensor, since the backend chooses its binary by these settings.
tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
setThreadsCount(1);
if (!(await tf.setBackend("wasm"))) throw new Error("tfjs: no wasm backend");
await tf.ready();

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

const read = (tensor, use) => use(tensor.dataSync());
const wait = () => undefined; // each call computes at once
await answer(`TensorFlow.js ${version_wasm}, wasm`, worksWith({ convolution, read, wait }));
