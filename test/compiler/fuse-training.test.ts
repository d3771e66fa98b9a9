// Whole training steps, as they are traced: the number of their kernels, and that these give the graph's results.
import { expect, it } from "vitest";
import { evaluate } from "../../src/compiler/evaluate.ts";
import { fuse } from "../../src/compiler/fuse.ts";
import type { Graph } from "../../src/compiler/graph.ts";
import type { KernelProgram } from "../../src/compiler/kernel.ts";
import { verify } from "../../src/compiler/kernel-rules.ts";
import { simplify } from "../../src/compiler/simplify.ts";
import { trace } from "../../src/compiler/trace.ts";
import {
  Adam,
  Conv2d,
  crossEntropy,
  Dropout,
  Flatten,
  Linear,
  MaxPool2d,
  type Module,
  manualSeed,
  type Optimizer,
  ones,
  ReLU,
  randn,
  Sequential,
  SGD,
  type Tensor,
  tensor,
  zeros,
} from "../../src/index.ts";
import { trainingStep } from "../training-step.js";
import { expectAllClose } from "./close.ts";
import { interpret } from "./interpret.ts";

interface Step {
  readonly graph: Graph;
  readonly program: KernelProgram;
  readonly args: readonly Tensor[];
  readonly states: readonly Tensor[];
}

function stepOf(args: readonly Tensor[], loss: (...args: Tensor[]) => Tensor, optimizer: Optimizer): Step {
  const step = trainingStep(loss, optimizer);
  const traced = trace((...all) => step(...(all as Tensor[])), args, args, { lines: false });
  const graph = simplify(traced.graph);
  const program = fuse(graph);
  verify(program);
  return { graph, program, args, states: traced.states };
}

/** A classifier of images, with labels from 0. */
function classifier(model: Module & { forward(x: Tensor): Tensor }, shape: number[], optimizer: Optimizer): Step {
  const labels = tensor(
    Array.from({ length: shape[0] }, (_, i) => i % 3),
    { dtype: "int32" },
  );
  return stepOf([randn(shape), labels], (x, y) => crossEntropy(model.forward(x), y), optimizer);
}

function expectSame({ graph, program, args, states }: Step): void {
  const contents = ({ shape, dtype, data }: Tensor) => ({ shape, dtype, data });
  const [before, inputs] = [states.map(contents), args.map(contents)];
  const expected = evaluate(graph, inputs, before);
  const actual = interpret(program, inputs, before);
  expectAllClose(actual, expected);
}

const mlp = () => new Sequential(new Flatten(), new Linear(784, 128), new ReLU(), new Linear(128, 10));
const kinds = ({ program }: Step) => program.kernels.map(({ kind, name }) => `${kind} ${name}`);
const copies = ({ program }: Step) => program.kernels.filter(({ name }) => name.includes("copy"));

it("a step of an MLP with SGD is eleven kernels, one of which counts the labels that are not ignored; the updates of the weights are in their products", () => {
  const model = mlp();
  const step = classifier(model, [64, 784], new SGD(model.parameters(), { lr: 0.1 }));
  expect(kinds(step)).toEqual([
    "matmul matmul_add_le_where",
    "matmul matmul_add",
    "loops max",
    "loops sub_exp_sum_log",
    "loops eq_where_gather_sub",
    "loops eq_where_neg_add",
    "loops mul_add_sum_sub",
    "matmul matmul_where",
    "matmul matmul_mul_sub",
    "matmul matmul_mul_sub",
    "loops sum_mul_sub",
  ]);
});

it("a step with Adam has as many: the three updates of a parameter are one epilogue, all step counters one kernel", () => {
  const model = mlp();
  const step = classifier(model, [64, 784], new Adam(model.parameters()));
  expect(step.program.kernels).toHaveLength(11);
  expect(copies(step)).toEqual([]);
});

it("dropout adds one kernel: its random numbers are drawn in the product before it, and the counter is updated", () => {
  const model = new Sequential(new Flatten(), new Linear(784, 128), new ReLU(), new Dropout(0.5), new Linear(128, 10));
  const step = classifier(model, [64, 784], new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 }));
  expect(step.program.kernels).toHaveLength(12);
});

it("a step of a convolutional net with Adam is seventeen kernels", () => {
  const model = new Sequential(
    new Conv2d(1, 8, 5, { padding: 2 }),
    new ReLU(),
    new MaxPool2d(2),
    new Conv2d(8, 16, 5, { padding: 2 }),
    new ReLU(),
    new MaxPool2d(2),
    new Flatten(),
    new Linear(784, 10),
  );
  const step = classifier(model, [64, 1, 28, 28], new Adam(model.parameters()));
  expect(step.program.kernels).toHaveLength(17);
  expect(copies(step)).toEqual([]);
});

it("a small MLP with momentum and dropout gives the results of its graph", () => {
  manualSeed(3);
  const model = new Sequential(new Flatten(), new Linear(6, 5), new ReLU(), new Dropout(0.3), new Linear(5, 3));
  expectSame(classifier(model, [4, 6], new SGD(model.parameters(), { lr: 0.1, momentum: 0.9, weightDecay: 0.01 })));
});

it("a small convolutional net gives the results of its graph", () => {
  manualSeed(4);
  const model = new Sequential(
    new Conv2d(2, 3, 3, { padding: 1 }),
    new ReLU(),
    new MaxPool2d(3, { stride: 2, padding: 1 }),
    new Conv2d(3, 4, 3, { stride: 2 }),
    new ReLU(),
    new Flatten(),
    new Linear(4, 3),
  );
  expectSame(classifier(model, [3, 2, 8, 7], new Adam(model.parameters())));
});

it("a transformer block needs no copies, and gives the results of its graph", () => {
  manualSeed(5);
  const [batch, time, heads, width, words] = [2, 6, 2, 8, 11];
  const linear = (from: number, to: number) => new Linear(from, to);
  const [q, k, v, o] = [0, 1, 2, 3].map(() => linear(width, width));
  const [up, down, head] = [linear(width, 4 * width), linear(4 * width, width), linear(width, words)];
  const [embedding, position, gain, shift] = [
    randn([words, width]),
    randn([time, width]),
    ones([width]),
    zeros([width]),
  ];
  const own = [embedding, position, gain, shift];
  for (const parameter of own) parameter.requiresGrad = true;
  const parameters = [...own, ...[q, k, v, o, up, down, head].flatMap((layer) => [...layer.parameters()])];
  const norm = (x: Tensor) => {
    const centred = x.sub(x.mean(-1, true));
    const variance = x.variance(-1, { correction: 0, keepdim: true });
    return centred.div(variance.add(1e-5).sqrt()).mul(gain).add(shift);
  };
  const split = (x: Tensor) => x.reshape([batch, time, heads, width / heads]).permute([0, 2, 1, 3]);
  const loss = (ids: Tensor, labels: Tensor) => {
    const rows = ids.reshape([batch * time, 1]).expand([batch * time, width]);
    let x = embedding.gather(0, rows).reshape([batch, time, width]).add(position);
    const n = norm(x);
    const scores = split(q.forward(n))
      .matmul(split(k.forward(n)).transpose())
      .mul(1 / Math.sqrt(width / heads));
    const weights = scores.where(ones([time, time]).tril().gt(0), -1e9).softmax(-1);
    const mixed = weights.matmul(split(v.forward(n))).permute([0, 2, 1, 3]);
    x = x.add(o.forward(mixed.reshape([batch, time, width])));
    x = x.add(down.forward(up.forward(norm(x)).gelu()));
    return crossEntropy(head.forward(norm(x)).reshape([batch * time, words]), labels);
  };
  const ids = Array.from({ length: batch * time }, (_, i) => (i * 7) % words);
  const args = [tensor(ids, { dtype: "int32" }), tensor(ids.toReversed(), { dtype: "int32" })];
  const step = stepOf(args, (x, y) => loss(x, y), new Adam(parameters));
  expect(copies(step)).toEqual([]);
  expect(step.program.kernels.length).toBeLessThanOrEqual(67);
  expectSame(step);
});
