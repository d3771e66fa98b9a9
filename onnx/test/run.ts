// Runs an ONNX file in ONNX Runtime (its WebAssembly build, in Node), and returns the result as a tensor.
import { type DType, type Tensor, type TypedArray, tensor } from "chainrule";
import * as ort from "onnxruntime-web";

ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";

const names = {
  float32: "float32",
  float64: "float64",
  int32: "int32",
  uint8: "uint8",
  bool: "bool",
} satisfies Record<DType, ort.Tensor.Type>;

export type Session = (input: Tensor) => Promise<Tensor>;

export async function load(file: Uint8Array): Promise<Session> {
  const session = await ort.InferenceSession.create(file, { executionProviders: ["wasm"] });
  const [inputName, outputName] = [session.inputNames[0], session.outputNames[0]];
  return async (input) => {
    const feeds = inputName === undefined ? {} : { [inputName]: toOrt(input) };
    const result = (await session.run(feeds))[outputName];
    const dtype = (Object.keys(names) as DType[]).find((name) => names[name] === result.type);
    if (dtype === undefined) throw new Error(`a result of type ${result.type}`);
    return tensor(result.data as TypedArray, { dtype }).reshape([...result.dims]);
  };
}

const toOrt = (x: Tensor): ort.Tensor => new ort.Tensor(names[x.dtype], x.data as never, [...x.shape]);
