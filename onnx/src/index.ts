// The whole public API, by name.
export { type OnnxOptions, toOnnx } from "./to-onnx.ts";
