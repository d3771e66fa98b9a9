// The public API of chainrule-onnx.
export { modelToOnnx } from "./model-to-onnx.ts";
export { type OnnxOptions, toOnnx } from "./to-onnx.ts";
