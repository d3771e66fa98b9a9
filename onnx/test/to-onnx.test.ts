// The names and metadata in a file, the modes of the model afterwards, and what toOnnx refuses.
import {
  BatchNorm2d,
  Dropout,
  type Layer,
  Linear,
  Module,
  rand,
  Sequential,
  Softmax,
  type Tensor,
  tensor,
  zeros,
} from "chainrule";
import { expect, it } from "vitest";
import { toOnnx } from "../src/index.ts";
import { difference, Operation } from "./operation.ts";
import { dimsOf, opTypesOf, read } from "./read.ts";
import { load } from "./run.ts";

const errorOf = (f: (x: Tensor) => Tensor, shape = [2, 6]): string => {
  try {
    toOnnx(new Operation(f), zeros(shape));
    return "no error";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

it("a file has the weights by their names, and dims of the batch by theirs", () => {
  const model = new Sequential(new Linear(6, 3), new Softmax());
  const { graph, irVersion, opsetImport } = read(toOnnx(model, zeros([1, 6])));
  expect(graph.initializer.map(({ name, dims }) => `${name} [${dims}]`)).toEqual(["0.weight [3,6]", "0.bias [3]"]);
  expect(graph.input.map((port) => `${port.name} ${dimsOf(port)}`)).toEqual(["input batch,6"]);
  expect(graph.output.map((port) => `${port.name} ${dimsOf(port)}`)).toEqual(["output batch,3"]);
  expect([irVersion, opsetImport.map(({ version }) => version)]).toEqual([10n, [21n]]);
});

it("names are the caller's to choose", () => {
  const names = { inputName: "pixels", outputName: "classes", batch: "N" };
  const { input, output } = read(toOnnx(new Operation((x) => x.reshape([-1])), zeros([4, 6]), names)).graph;
  expect([...input, ...output].map((port) => `${port.name} ${dimsOf(port)}`)).toEqual(["pixels N,6", "classes 6*N"]);
});

it("the file carries the given metadata", () => {
  const { metadataProps } = read(toOnnx(new Linear(6, 3), zeros([1, 6]), { metadata: { classes: '["cat","dög"]' } }));
  expect(metadataProps.map(({ key, value }) => [key, value])).toEqual([["classes", '["cat","dög"]']]);
});

it("a model that is not a Module of this library is refused", () => {
  expect(() => toOnnx({ forward: (x: Tensor) => x } as unknown as Layer, zeros([1]))).toThrow(
    "toOnnx: takes a Module and an example Tensor, of the same copy of chainrule that chainrule-onnx uses",
  );
});

it("equal names of input, output and weights are refused", () => {
  const model = new Linear(6, 3);
  expect(() => toOnnx(model, zeros([1, 6]), { inputName: "weight" })).toThrow(
    "toOnnx: the input, the output and the weights need different names, and two of them are called weight; pass another inputName or outputName",
  );
  expect(() => toOnnx(model, zeros([1, 6]), { inputName: "x", outputName: "x" })).toThrow("two of them are called x;");
});

it("a weight that is used twice is written once", () => {
  class Tied extends Module {
    readonly first = new Linear(6, 6);
    readonly second = this.first;
    forward(x: Tensor): Tensor {
      return this.second.forward(this.first.forward(x));
    }
  }
  const { initializer } = read(toOnnx(new Tied(), zeros([1, 6]))).graph;
  expect(initializer.map(({ name }) => name)).toEqual(["first.weight", "first.bias"]);
});

it("forward may return the input, a weight or a constant unchanged", async () => {
  const x = rand([3, 2]);
  const weight = tensor([1, 2, 3]);
  const cases: [Layer, Tensor][] = [
    [new Dropout(), x],
    [new Operation(() => weight), weight],
    [new Operation((y) => zeros(y.shape).add(2)), zeros([3, 2]).add(2)],
  ];
  for (const [model, expected] of cases) {
    const run = await load(toOnnx(model, zeros([1, 2])));
    expect(difference(await run(x), expected)).toBeNull();
  }
});

it("the model is written in eval mode, and each part is left in the mode that it was in", () => {
  const [still, moving] = [new BatchNorm2d(3).eval(), new BatchNorm2d(3)];
  const model = new Sequential(still, new Dropout(), moving);
  expect(opTypesOf(toOnnx(model, zeros([2, 3, 4, 4])))).toBe("BatchNormalization");
  expect([model.training, still.training, moving.training]).toEqual([true, false, true]);
  expect(moving.num_batches_tracked.item()).toBe(0);
});

it("after an error the modes are as they were, too", () => {
  const model = new Sequential(new BatchNorm2d(3), new Operation((x) => rand([6]).add(x)));
  expect(() => toOnnx(model, zeros([2, 3, 4, 6]))).toThrow("toOnnx");
  expect(model.training).toBe(true);
});

it("a fixed batch is that of the example", async () => {
  const halves = new Operation((x) => x.slice([0, x.shape[0] / 2]).sub(x.slice([x.shape[0] / 2])));
  const file = toOnnx(halves, zeros([6, 2]), { batch: null });
  expect(read(file).graph.input.map(dimsOf)).toEqual(["6,2"]);
  const x = rand([6, 2]);
  expect(difference(await (await load(file))(x), halves.forward(x))).toBeNull();
});

it("an input without dims has no batch", async () => {
  const run = await load(toOnnx(new Operation((x) => x.exp()), zeros([])));
  expect(difference(await run(tensor([1]).reshape([])), tensor([Math.E]).reshape([]))).toBeNull();
});

it("an op that depends on the batch other than as a multiple of it is refused, by name", () => {
  expect(errorOf((x) => x.slice([0, x.shape[0] - 1]))).toBe(
    "toOnnx: slice depends on the batch in a way that ONNX cannot follow, with 4 at a batch of 5 and 6 at 7; pass { batch: null } for a file of this one batch size",
  );
  expect(errorOf((x) => (x.shape[0] > 5 ? x.exp() : x.sin()))).toBe(
    "toOnnx: with a batch of 5 the model computes sin, with one of 7 exp in its place; pass { batch: null } for a file of this one batch size",
  );
  expect(errorOf((x) => (x.shape[0] > 5 ? x.exp() : x.exp().sin()))).toMatch(
    /^toOnnx: with a batch of 5 the model takes 3 operations, with one of 7 2;/,
  );
  expect(errorOf((x) => x.transpose().unfold(1, x.shape[0], 1))).toMatch(
    /^toOnnx: unfold, float32\[6,1,batch\] needs the size of the batch as a constant/,
  );
  expect(errorOf((x) => x.add(tensor(Array.from({ length: x.shape[0] }, (_, i) => i)).reshape([-1, 1])))).toBe(
    "toOnnx: forward makes a tensor whose numbers depend on the batch; compute it from arange, full and the input, or pass { batch: null }",
  );
});

it("the error for a model of one batch size names { batch: null }", () => {
  expect(errorOf((x) => x.reshape([2, 3, 2]))).toMatch(
    /^toOnnx: the model does not run with a batch of 5: reshape: .*; if it is made for 2, pass \{ batch: null \}$/,
  );
});

it("random numbers and buffers that change are refused", () => {
  expect(errorOf((x) => x.mul(rand(x.shape)))).toMatch(
    /^toOnnx: in eval mode forward still changes a tensor outside of the model, such as the random generator's counter/,
  );
  class Counting extends Module {
    readonly calls = zeros([]);
    forward(x: Tensor): Tensor {
      this.calls.assign(this.calls.add(1));
      return x.add(this.calls);
    }
  }
  expect(() => toOnnx(new Counting(), zeros([1, 2]))).toThrow(
    "toOnnx: in eval mode forward still changes calls, and an",
  );
});
