// TensorFlow.js on the GPU of a page, with its own gradients of convolutions.
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-webgpu";
import { worksWith } from "../tfjs-works.js";

const convolution = (padding) => (x, w) => tf.conv2d(x, w, 1, padding);
const read = async (tensor, use) => use(await tensor.data());
const wait = (tensor) => tensor.data();

export async function start() {
  if (!(await tf.setBackend("webgpu"))) throw new Error("TensorFlow.js finds no WebGPU");
  await tf.ready();
  return { name: "TensorFlow.js", ...worksWith({ convolution, read, wait }) };
}
