// The check of first use: small programs run on the device and by the definitions of their ops, and a device that computes something else is
// not used. Drivers with wrong results exist, and a net that learns from them fails without a word.
import { breathe } from "../../compiler/breathe.ts";
import { evaluate } from "../../compiler/evaluate.ts";
import { type Graph, input, type Node, node, reachable } from "../../compiler/graph.ts";
import { hostUpdates } from "../../compiler/host-updates.ts";
import { ChainruleError } from "../../errors/error.ts";
import type { NDArray, TypedArray } from "../../tensor/dtype.ts";
import { type Shape, sizeOf } from "../../tensor/shape.ts";
import { ArrayStorage } from "../../tensor/storage.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { WebGpuProgram } from "./program.ts";
import type { Session } from "./session.ts";

interface Case {
  /** What is checked, for messages: an op. */
  readonly name: string;
  readonly inputs: readonly NDArray[];
  readonly of: (inputs: readonly Node[]) => Node;
  /** The largest error, as a part of the largest |expected| nearby: 0 for results that have no rounding. */
  readonly tolerance: number;
}

/** Numbers from `from` to `to`, in an order that hides nothing: neighbours are far apart. */
function spread(shape: Shape, from: number, to: number): NDArray {
  const size = sizeOf(shape);
  const data = Float32Array.from({ length: size }, (_, i) => from + ((to - from) * ((i * 37) % size)) / (size - 1));
  return { shape, dtype: "float32", data };
}

const integers = (shape: Shape, values: (i: number) => number): NDArray => ({
  shape,
  dtype: "int32",
  data: Int32Array.from({ length: sizeOf(shape) }, (_, i) => values(i)),
});

const unaries = [
  ["exp", -20, 20],
  ["log", 0.001, 50],
  ["sqrt", 0, 50],
  ["sin", -40, 40],
  ["cos", -40, 40],
  ["tanh", -5, 5],
  ["atan", -9, 9],
  ["sigmoid", -20, 20],
  ["erf", -3, 3],
] as const;

const convolution = {
  stride: [1, 1],
  padding: [
    [1, 1],
    [1, 1],
  ],
  inputDilation: [1, 1],
  kernelDilation: [1, 1],
  groups: 1,
} as const;

const cases: readonly Case[] = [
  ...unaries.map(
    ([name, from, to]): Case => ({
      name,
      inputs: [spread([257], from, to)],
      of: ([x]) => node(name, [x], {}),
      tolerance: 1e-5,
    }),
  ),
  {
    name: "pow",
    inputs: [spread([257], 0.1, 9), spread([257], 3, -3)],
    of: ([x, y]) => node("pow", [x, y], {}),
    tolerance: 1e-5,
  },
  {
    name: "integers (add, mul, lt)",
    inputs: [integers([300], (i) => (i - 150) * 30000001), integers([300], (i) => i * 7 - 999)],
    of: ([x, y]) => node("where", [node("lt", [x, y], {}), node("mul", [x, y], {}), node("add", [x, y], {})], {}),
    tolerance: 0,
  },
  {
    name: "randomBits",
    inputs: [integers([2], (i) => 77 + i), integers([1], () => 5)],
    of: ([key, counter]) => node("randomBits", [key, counter], { shape: [515], bits: 32 }),
    tolerance: 0,
  },
  {
    name: "sum",
    inputs: [spread([3, 1031], 0.5, 1.5)],
    of: ([x]) => node("sum", [x], { dims: [1] }),
    tolerance: 1e-5,
  },
  {
    name: "max",
    inputs: [spread([1031, 3], -4, 4)],
    of: ([x]) => node("max", [x], { dims: [0] }),
    tolerance: 0,
  },
  {
    name: "argmax",
    inputs: [spread([5, 131], -4, 4)],
    of: ([x]) => node("argmax", [x], { dim: 1 }),
    tolerance: 0,
  },
  {
    name: "matmul",
    inputs: [spread([67, 45], 0.5, 1.5), spread([45, 71], 0.5, 1.5)],
    of: ([a, b]) => node("matmul", [a, b], {}),
    tolerance: 1e-5,
  },
  {
    name: "conv",
    inputs: [spread([2, 3, 9, 11], 0.5, 1.5), spread([5, 3, 3, 3], 0.5, 1.5)],
    of: ([x, w]) => node("conv", [x, w], convolution),
    tolerance: 1e-5,
  },
  {
    name: "gather",
    inputs: [spread([12, 7], 0, 1), integers([20, 7], (i) => (i * 5) % 12)],
    of: ([x, index]) => node("gather", [x, index], { dim: 0 }),
    tolerance: 0,
  },
  {
    name: "scatterAdd",
    inputs: [spread([20, 7], 0.5, 1.5), integers([20, 7], (i) => (i * 5) % 12)],
    of: ([x, index]) => node("scatterAdd", [x, index], { dim: 0, size: 12 }),
    tolerance: 1e-5,
  },
  {
    name: "cumsum",
    inputs: [spread([3, 300], 0.5, 1.5)],
    of: ([x]) => node("cumsum", [x], { dim: 1 }),
    tolerance: 1e-5,
  },
  {
    name: "topk",
    inputs: [spread([4, 33], -1, 1)],
    of: ([x]) => node("topk", [x], { dim: 1, k: 5 }),
    tolerance: 0,
  },
];

/**
 * Throws a ChainruleError "device", which names adapter and op, if the device computes something else than the definitions. All cases are one
 * program, whose pipelines are made side by side.
 */
export async function checkDevice(session: Session): Promise<void> {
  const arrays = cases.flatMap(({ inputs }) => inputs);
  const nodes = arrays.map((array, i) => input("argument", i, array));
  const own = [...nodes];
  const results = cases.map(({ inputs, of }) => of(own.splice(0, inputs.length)));
  const graph: Graph = { nodes: reachable(results, nodes), updates: [], results };
  const program = new WebGpuProgram(hostUpdates(graph), [], () => session);
  const storages = program.run(arrays.map((array) => new Tensor(new ArrayStorage(array.data), array)));
  const byDefinition = async () => {
    // They are slow, and what they compute is needed when the GPU has answered.
    await breathe();
    return evaluate(graph, arrays, []).results;
  };
  const [expected, ...computed] = await Promise.all([byDefinition(), ...storages.map((storage) => storage.read())]);
  for (const [i, { name, tolerance }] of cases.entries()) {
    const at = firstDifference(computed[i], expected[i].data, tolerance);
    if (at === null) continue;
    throw new ChainruleError(
      "device",
      "gpuReady",
      `${session.name} computes ${name} wrongly: ${computed[i][at]} where ${expected[i].data[at]} is right (element ${at}), so it is not used; an update of the browser or of the GPU's driver may help`,
      { adapter: session.adapter, op: name },
    );
  }
}

/** The index of the first number that is further from the expected one than the tolerance allows; null if there is none. */
function firstDifference(computed: TypedArray, expected: TypedArray, tolerance: number): number | null {
  for (let i = 0; i < expected.length; i++) {
    const bound = tolerance === 0 ? 0 : tolerance * Math.abs(expected[i]) + 1e-6;
    if (!(Math.abs(computed[i] - expected[i]) <= bound)) return i;
  }
  return null;
}
