// toOnnx: a model as the bytes of an ONNX file, out of the same graph that is compiled.
import { ChainruleError, type Layer, Module, noGrad, Tensor, zeros } from "chainrule";

import { type TracedGraph, traceGraph } from "chainrule/compiler";
import { inEvalMode, partsOf } from "./model-state.ts";
import { encode } from "./protobuf/encode.ts";
import { meet, type SymbolicGraph } from "./symbolic.ts";
import { write } from "./write.ts";

export interface OnnxOptions {
  /** What the size of the batch, the first dim of the input, is called; "batch" if left out. null: it is fixed, as in the example. */
  batch?: string | null;
  /** "input" if left out. */
  inputName?: string;
  /** "output" if left out. */
  outputName?: string;
  /** Texts that stand in the file for whoever reads it, such as the names of the classes. */
  metadata?: Readonly<Record<string, string>>;
}

/**
 * The model in eval mode as an ONNX file (opset 21), for inputs like the example in dtype and in all dims but the first, which is the
 * batch and may have any size. Weights have the names that they have in the stateDict. Only shapes are looked at in the example. A
 * float64 model is written in float64, but for convolutions and erf, which ONNX Runtime computes in float32. Throws where the model
 * depends on the batch's size in a way that ONNX cannot follow, draws random numbers, or changes its own buffers.
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
  const { tensors } = partsOf(model);
  const names = { input: inputName, output: outputName, states: namesOf(states, tensors) };
  for (const name of new Set([inputName, outputName])) {
    if (inputName === outputName || names.states.includes(name))
      throw new ChainruleError(
        "option",
        "toOnnx",
        `two things are called ${name}; pass another inputName or outputName`,
      );
  }
  return encode(write(graph, states, names), { batch: batch ?? "", metadata });
}

function traced(model: Layer, example: Tensor, anyBatch: boolean): { graph: SymbolicGraph; states: readonly Tensor[] } {
  const { tensors } = partsOf(model);
  const trace = (input: Tensor): TracedGraph =>
    inEvalMode(model, () => noGrad(() => traceGraph((x) => model.forward(x), [input])));
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
  const graph = meet([first.graph, other.graph], sizes ?? [1, 1]);
  first.states.forEach((state, i) => {
    // What forward makes of numbers is another tensor each time.
    if (state !== other.states[i] && String(state.data) !== String(other.states[i]?.data))
      throw new ChainruleError(
        "option",
        "toOnnx",
        "forward makes a tensor whose numbers depend on the batch; make it of arange, full and the input, or pass { batch: null }",
      );
  });
  return { graph, states: first.states };
}

/** Batch sizes that no other dim has by chance, and no divisor either: what differs between the two is the batch. */
function twoSizes(tensors: readonly Tensor[]): [number, number] {
  const taken = new Set(tensors.flatMap(({ shape }) => shape));
  const isPrime = (n: number) => !Array.from({ length: n - 2 }, (_, i) => i + 2).some((d) => n % d === 0);
  const free: number[] = [];
  for (let n = 5; free.length < 2; n++) if (isPrime(n) && !taken.has(n)) free.push(n);
  return [free[0], free[1]];
}

function refuseUpdates({ graph, states }: TracedGraph, tensors: ReadonlyMap<Tensor, string>): void {
  const [update] = graph.updates;
  if (update === undefined) return;
  const state = states[Number(update.state.attributes.index)];
  throw new ChainruleError(
    "option",
    "toOnnx",
    `in eval mode forward still changes ${tensors.get(state) ?? "a tensor outside of the model, such as the random generator's counter"}, and an ONNX file keeps nothing from call to call; leave that out in eval mode`,
  );
}

/** The stateDict's names; tensors that it does not know are counted. */
function namesOf(states: readonly Tensor[], tensors: ReadonlyMap<Tensor, string>): string[] {
  const taken = new Set(tensors.values());
  let count = 0;
  return states.map((state) => {
    const known = tensors.get(state);
    if (known !== undefined) return known;
    let name = `state_${count++}`;
    while (taken.has(name)) name = `state_${count++}`;
    return name;
  });
}
