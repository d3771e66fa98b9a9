// toOnnx: writes a model as the bytes of an ONNX file, from the same graph that `compile` compiles.
import { ChainruleError, type Layer, Module, noGrad, Tensor, zeros } from "chainrule";

import { type TracedGraph, tensorNames, traceGraph, unroll } from "chainrule/compiler";
import { inEvalMode } from "./eval-mode.ts";
import { encode } from "./protobuf/encode.ts";
import { merge, type SymbolicGraph } from "./symbolic.ts";
import { write } from "./write.ts";

export interface OnnxOptions {
  /** The name of the batch size, the input's first dim; default "batch". null fixes the batch size at the example's. */
  batch?: string | null;
  /** The name of the input in the file; default "input". */
  inputName?: string;
  /** The name of the output in the file; default "output". */
  outputName?: string;
  /** Texts by key that the file carries for its readers, such as the names of the classes. */
  metadata?: Readonly<Record<string, string>>;
}

/**
 * Writes the model, in eval mode, as an ONNX file (opset 21). Inputs of the file have the example's dtype and shape, except for the first
 * dim, the batch, which may have any size; the example's numbers are not used. Weights have their names in the stateDict. A float64 model
 * is written in float64, except for convolutions and erf, which ONNX Runtime computes in float32. Throws where the model depends on the
 * batch size in a way that ONNX cannot express, draws random numbers, or changes its own buffers.
 */
export function toOnnx(model: Layer, exampleInput: Tensor, options: OnnxOptions = {}): Uint8Array {
  if (!(model instanceof Module) || !(exampleInput instanceof Tensor)) {
    throw new ChainruleError(
      "option",
      "toOnnx",
      "takes a Module and an example Tensor, of the same copy of chainrule that chainrule-onnx uses; `npm ls chainrule` lists the copies",
    );
  }
  const { inputName = "input", outputName = "output", metadata = {} } = options;
  const batch = exampleInput.ndim === 0 ? null : options.batch === undefined ? "batch" : options.batch;
  const { graph, states } = traced(model, exampleInput, batch !== null);
  const tensors = tensorNames(model);
  const names = { input: inputName, output: outputName, states: namesOf(states, tensors) };
  for (const name of new Set([inputName, outputName])) {
    if (inputName === outputName || names.states.includes(name))
      throw new ChainruleError(
        "option",
        "toOnnx",
        `the input, the output and the weights need different names, and two of them are called ${name}; pass another inputName or outputName`,
      );
  }
  return encode(write(graph, states, names), { batch: batch ?? "", metadata });
}

function traced(model: Layer, example: Tensor, anyBatch: boolean): { graph: SymbolicGraph; states: readonly Tensor[] } {
  const tensors = tensorNames(model);
  const trace = (input: Tensor): TracedGraph => {
    const { graph, states } = inEvalMode(model, () => noGrad(() => traceGraph((x) => model.forward(x), [input])));
    // Loops are written out: their bodies may depend on the batch, and ONNX Runtime is slow on short steps of a Scan.
    return { graph: unroll(graph), states };
  };
  const at = (size: number): TracedGraph => {
    try {
      return trace(zeros([size, ...example.shape.slice(1)], { dtype: example.dtype }));
    } catch (error) {
      const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
      throw new ChainruleError(
        "shape",
        "toOnnx",
        `the model does not run with a batch of ${size}: ${reason}; if it is made for ${example.shape[0]}, pass { batch: null }`,
        {},
        { cause: error },
      );
    }
  };
  const sizes = anyBatch ? twoSizes([example, ...tensors.keys()]) : null;
  const [first, second] = sizes ? sizes.map(at) : [trace(example), null];
  refuseUpdates(first, tensors);
  const other = second ?? first;
  const graph = merge([first.graph, other.graph], sizes ?? [1, 1]);
  first.states.forEach((state, i) => {
    // A tensor that forward makes from numbers (tensor([...])) is a new one in each trace.
    if (state !== other.states[i] && String(state.data) !== String(other.states[i]?.data))
      throw new ChainruleError(
        "option",
        "toOnnx",
        "forward makes a tensor whose numbers depend on the batch; compute it from arange, full and the input, or pass { batch: null }",
      );
  });
  return { graph, states: first.states };
}

/** Two batch sizes, primes that no dim of these tensors has: a number that differs between the two traces then depends on the batch. */
function twoSizes(tensors: readonly Tensor[]): [number, number] {
  const taken = new Set(tensors.flatMap(({ shape }) => shape));
  const isPrime = (n: number) => !Array.from({ length: n - 2 }, (_, i) => i + 2).some((d) => n % d === 0);
  const sizes: number[] = [];
  for (let n = 5; sizes.length < 2; n++) if (isPrime(n) && !taken.has(n)) sizes.push(n);
  return [sizes[0], sizes[1]];
}

function refuseUpdates({ graph, states }: TracedGraph, tensors: ReadonlyMap<Tensor, string>): void {
  const [update] = graph.updates;
  if (update === undefined) return;
  const state = states[update.state.attributes.index];
  throw new ChainruleError(
    "option",
    "toOnnx",
    `in eval mode forward still changes ${tensors.get(state) ?? "a tensor outside of the model, such as the random generator's counter"}, and an ONNX file has no state between calls; do not change it in eval mode`,
  );
}

/** The names of states: those of the stateDict; state_0, state_1, ... for tensors that it does not have. */
function namesOf(states: readonly Tensor[], tensors: ReadonlyMap<Tensor, string>): string[] {
  const taken = new Set(tensors.values());
  let count = 0;
  return states.map((state) => {
    const stateDictName = tensors.get(state);
    if (stateDictName !== undefined) return stateDictName;
    let name = `state_${count++}`;
    while (taken.has(name)) name = `state_${count++}`;
    return name;
  });
}
