// The manifest says what each argument and result of a module is.
import { Adam, compile, Linear, manualSeed, rand, Sequential, SGD, type Tensor, tensor, zeros } from "chainrule";
import { toStableHLO } from "chainrule-xla";
import { describe, expect, it } from "vitest";
import { trainingStep } from "../../test/training-step.js";

const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);

describe("inputs", () => {
  it("have the names of their places in the call, and the batch of the first", () => {
    const f = ({ x, pair }: { x: Tensor; pair: readonly Tensor[] }, scale: number, y: Tensor) =>
      x.mul(scale).add(pair[0]).add(pair[1]).sum().add(y.sum());
    const { manifest } = toStableHLO(f, { x: zeros([4, 2]), pair: [zeros([2]), zeros([4, 1])] }, 3, zeros([]));
    expect(manifest.arguments.map(({ name, kind, batch }) => [name, kind, batch])).toEqual([
      ["0.x", "input", 0],
      ["0.pair.0", "input", null],
      ["0.pair.1", "input", 0],
      ["2", "input", null],
    ]);
    expect([manifest.batch, manifest.random]).toEqual([4, null]);
  });

  it("have no batch where the first has no dims", () => {
    const { manifest } = toStableHLO((lr: Tensor, x: Tensor) => x.mul(lr), zeros([]), zeros([4]));
    expect(manifest.arguments.map(({ batch }) => batch)).toEqual([null, null]);
    expect(manifest.batch).toBe(null);
  });

  it("that are changed, or get gradients, have results", () => {
    const f = (x: Tensor, y: Tensor) => {
      x.square().sum().backward();
      y.assign(y.add(1));
    };
    const { manifest } = toStableHLO(f, tensor([1, 2], { requiresGrad: true }), zeros([3]));
    expect(manifest.results.map(({ name, kind }) => [name, kind])).toEqual([
      ["0.grad", "gradient"],
      ["1", "input"],
    ]);
  });
});

describe("states", () => {
  it("have the names of the model's and the optimiser's state dicts, and are donated to their new contents", () => {
    const model = new Sequential(new Linear(2, 3), new Linear(3, 1));
    const optimizer = new Adam(model.parameters(), { lr: 0.1 });
    const step = trainingStep((x: Tensor) => model.forward(x).square().mean(), optimizer);
    const { manifest, states } = toStableHLO(step, zeros([5, 2]));
    const found = manifest.arguments.filter(({ kind }) => kind === "state");
    expect(names(found).sort()).toEqual(
      [...model.stateDict().keys(), ...[...optimizer.stateDict().keys()].map((name) => `optimizer.${name}`)].sort(),
    );
    expect(found.every(({ dtype, shape }, i) => dtype === states[i].dtype && shape === states[i].shape)).toBe(true);
    for (const { name, donatedTo } of found) {
      if (name === "optimizer.lr") expect(donatedTo).toBe(null);
      else expect(manifest.results[donatedTo ?? -1]).toMatchObject({ name, kind: "state" });
    }
    expect(manifest.cleared).toEqual([...model.stateDict().keys()]);
  });

  it("of several models and optimisers are told apart", () => {
    const [first, second] = [new Linear(2, 2, { bias: false }), new Linear(2, 1, { bias: false })];
    const optimizers = [first, second].map((model) => new SGD(model.parameters(), { lr: 0.1 }));
    const step = (x: Tensor) => {
      second.forward(first.forward(x)).sum().backward();
      for (const optimizer of optimizers) {
        optimizer.step();
        optimizer.zeroGrad();
      }
    };
    const { manifest } = toStableHLO(step, zeros([5, 2]));
    const found = manifest.arguments.filter(({ kind }) => kind === "state");
    expect(names(found)).toContain("model0.weight");
    expect(names(found)).toContain("model1.weight");
    expect(names(found)).toContain("optimizer.lr");
    expect(names(found)).toContain("optimizer2.lr");
  });

  it("of the random generator are named", () => {
    manualSeed(3);
    const { manifest } = toStableHLO(() => rand([2]));
    expect(manifest.random).toEqual({ key: "random.key", counter: "random.counter" });
    expect(names(manifest.results)).toEqual(["result", "random.counter"]);
  });
});

describe("toStableHLO", () => {
  it("changes nothing", () => {
    const model = new Linear(2, 1);
    const step = trainingStep((x: Tensor) => model.forward(x).sum(), new SGD(model.parameters(), { lr: 1 }));
    const before = [...model.weight.data];
    toStableHLO(step, zeros([4, 2]));
    expect([[...model.weight.data], model.weight.grad]).toEqual([before, null]);
    compile(step)(zeros([4, 2]));
  });

  it("refuses what is no function, and functions that read contents", () => {
    expect(() => toStableHLO(3 as never)).toThrow("toStableHLO: takes a function");
    expect(() => toStableHLO((x: Tensor) => x.item(), zeros([]))).toThrow("has no contents while compile traces");
  });

  it("gives each returned tensor a result of its own, also an argument or a state", () => {
    const state = zeros([2]);
    const { manifest, text } = toStableHLO((x: Tensor) => ({ x, twice: [x, state] }), zeros([3]));
    expect(names(manifest.results)).toEqual(["result.x", "result.twice.0", "result.twice.1"]);
    expect(text).toContain("return %arg0, %arg0, %state : tensor<3xf32>, tensor<3xf32>, tensor<2xf32>");
  });
});
