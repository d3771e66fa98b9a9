// SparseAdam: PyTorch's recorded steps, and a step that touches only the rows that were looked up.
import { compile, Embedding, SparseAdam, type Tensor, tensor } from "chainrule";
import { describe, expect, it } from "vitest";
import { difference } from "../fixtures/compare.ts";
import { load } from "../fixtures/load.ts";
import { put } from "../fixtures/networks.ts";
import { restore } from "../fixtures/run.ts";
import { ways } from "../fixtures/ways.ts";
import { trainingStep } from "../training-step.js";

const { runs } = load("sparse");

/** A table with its optimiser, and the step for some indices. */
function training(table: Embedding, options: object) {
  const optimizer = new SparseAdam(table.parameters(), options);
  const step = trainingStep((index: Tensor) => table.forward(index).sum(1).square().sum(), optimizer);
  return { optimizer, step };
}

describe.each(Object.entries(ways))("SparseAdam, as in PyTorch, %s", (_, way) => {
  for (const { options, start, steps } of runs)
    it(`${JSON.stringify(options)} in ${start.dtype}`, () => {
      const table = new Embedding(start.shape[0], start.shape[1]);
      put(table, "weight", restore(start, { requiresGrad: true }));
      const { optimizer, step } = training(table, options);
      const run = way(step);
      for (const { index, table: expected, mean, square } of steps) {
        run(restore(index));
        const state = optimizer.stateDict();
        expect(difference(table.weight, expected, {})).toBeNull();
        expect(difference(state.get("state.0.exp_avg") as Tensor, mean, {})).toBeNull();
        expect(difference(state.get("state.0.exp_avg_sq") as Tensor, square, {})).toBeNull();
      }
    });
});

it("a compiled step has no kernel over all numbers of the table", () => {
  const { step } = training(new Embedding(4999, 8), {});
  const run = compile(step, { threads: 1 });
  run(tensor([[1, 2, 4000]], { dtype: "int32" }));
  const kernels = run.chapters()[1].parts.map(({ text }) => text);
  expect(kernels.filter((text) => /i\d+<39992|i\d+<4999 i\d+<8/.test(text))).toEqual([]);
});

it("gradients that are not those of one lookup are refused", () => {
  const table = new Embedding(5, 2);
  const optimizer = new SparseAdam(table.parameters());
  const index = tensor([1, 3], { dtype: "int32" });
  const refused =
    "SparseAdam: the gradient of float32[5,2] is not that of rows which were looked up once since zeroGrad()";
  table.weight.square().sum().backward();
  expect(() => optimizer.step()).toThrow(refused);
  optimizer.zeroGrad();
  for (let i = 0; i < 2; i++) table.forward(index).sum().backward();
  expect(() => optimizer.step()).toThrow(refused);
  optimizer.zeroGrad();
  const before = table.weight.toArray<number[][]>();
  table.forward(index).sum().backward();
  optimizer.step();
  const after = table.weight.toArray<number[][]>();
  expect(after.map((row, i) => String(row) !== String(before[i]))).toEqual([false, true, false, true, false]);
});
