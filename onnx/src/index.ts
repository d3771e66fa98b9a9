// The public API of chainrule-onnx.
export { type OnnxOptions, toOnnx } from "./to-onnx.ts";
