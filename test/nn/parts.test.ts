// The parts of a module: what is found in objects, arrays and Maps, what is no part of it, and the methods that act on all parts.
import {
  BatchNorm2d,
  compile,
  type Layer,
  Linear,
  Module,
  mseLoss,
  noGrad,
  ones,
  ReLU,
  Sequential,
  SGD,
  type Tensor,
  tensor,
  zeros,
} from "chainrule";
import { describe, expect, it } from "vitest";
import { trainingStep } from "../training-step.js";

class Heads extends Module {
  readonly heads: Readonly<Record<string, Layer>> = { cat: new Linear(2, 1), dog: new Linear(2, 1, { bias: false }) };
  readonly byName = new Map<string | number, Layer>([
    ["a", new Linear(1, 1, { bias: false })],
    [7, new Linear(1, 1, { bias: false })],
  ]);
  readonly layers = [new Linear(1, 1, { bias: false }), { scale: tensor([1], { requiresGrad: true }) }];
  readonly set = new Set([new Linear(1, 1, { bias: false })]);
  readonly nested = { deep: { er: [zeros([1])] } };
  readonly settings = { rate: 0.1, names: ["x", "y"], none: null, date: new Date(0) };
}

const names = (model: Module) => [...model.stateDict().keys()];

describe("parts", () => {
  it("are found in plain objects, arrays, Maps and Sets, with the names that ModuleDict and ModuleList give", () => {
    expect(names(new Heads())).toEqual([
      "heads.cat.weight",
      "heads.cat.bias",
      "heads.dog.weight",
      "byName.a.weight",
      "byName.7.weight",
      "layers.0.weight",
      "layers.1.scale",
      "set.0.weight",
      "nested.deep.er.0",
    ]);
    expect(new Heads().parameters()).toHaveLength(8);
    expect(new Heads().namedBuffers().map(([name]) => name)).toEqual(["nested.deep.er.0"]);
  });

  it("are switched between modes and restored wherever they are", () => {
    const [a, b] = [new Heads(), new Heads()];
    b.loadStateDict(a.stateDict());
    expect(b.stateDict()).toEqual(a.stateDict());
    a.eval();
    expect(a.modules().map(({ training }) => training)).toEqual(new Array(7).fill(false));
    expect(a.heads.cat.training).toBe(false);
  });

  it("are listed: all of them, and the children alone", () => {
    const shared = new ReLU();
    const model = new Sequential(new Linear(1, 1), shared, new Sequential(shared, new BatchNorm2d(1)));
    expect(model.modules().map((module) => module.constructor.name)).toEqual([
      "Sequential",
      "Linear",
      "ReLU",
      "Sequential",
      "BatchNorm2d",
    ]);
    expect(model.children().map(([name]) => name)).toEqual(["0", "1", "2"]);
    expect(new Heads().children().map(([name]) => name)).toEqual([
      "heads.cat",
      "heads.dog",
      "byName.a",
      "byName.7",
      "layers.0",
      "set.0",
    ]);
  });

  it("may hold the module that holds them", () => {
    class Child extends Module {
      parent: Module | null = null;
      readonly weight = ones([1]);
    }
    class Parent extends Module {
      readonly child = new Child();
      readonly list: unknown[] = [];
    }
    const parent = new Parent();
    parent.child.parent = parent;
    parent.list.push(parent.list, { again: parent.list });
    expect(names(parent)).toEqual(["child.weight"]);
    expect(parent.modules()).toEqual([parent, parent.child]);
    expect(parent.eval().child.training).toBe(false);
    expect(String(parent)).toContain("child: Child");
    const copy = parent.clone();
    expect(copy.child.parent).toBe(copy);
  });

  it("have different names, or stateDict throws", () => {
    class Twice extends Module {
      readonly a = { b: ones([1]) };
      readonly "a.b" = ones([1]);
    }
    expect(() => new Twice().stateDict()).toThrow(
      "stateDict: two tensors of this model are called a.b; rename a property",
    );
    class Keyed extends Module {
      readonly layers = new Map([[{}, new Linear(1, 1)]]);
    }
    expect(() => new Keyed().parameters()).toThrow("the keys of a Map are names of parts, strings or numbers");
  });
});

describe("a tensor that a forward stores on `this` for inspection", () => {
  class Attending extends Module {
    readonly project = new Linear(2, 2);
    attention: Tensor | null = null;
    scores: Tensor | null = null;
    forward(x: Tensor): Tensor {
      this.scores = this.project.forward(x);
      this.attention = this.scores.softmax(-1);
      return this.attention.matmul(x);
    }
  }
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  const own = ["project.weight", "project.bias"];

  it("is no part of the model if it has a history", () => {
    const model = new Attending();
    model.forward(x);
    expect(model.attention?.shape).toEqual([2, 2]);
    expect(names(model)).toEqual(own);
    expect(model.parameters()).toHaveLength(2);
    expect(() => new SGD(model.parameters(), { lr: 0.1 })).not.toThrow();
  });

  it.each(["wasm", "reference"] as const)("nor while compile traces, nor afterwards, %s", (backend) => {
    const model = new Attending();
    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    let inside: string[] = [];
    const step = compile(
      trainingStep(() => {
        inside = names(model);
        return mseLoss(model.forward(x), x);
      }, optimizer),
      { backend },
    );
    const first = step().item();
    expect(inside).toEqual(own);
    expect(names(model)).toEqual(own);
    expect(step().item()).toBeLessThan(first);
    expect(names(model)).toEqual(own);
    expect(model.attention?.sum(-1).data[0]).toBeCloseTo(1, 5);
    expect(names(model.clone())).toEqual(own);
  });

  it("is a buffer if it has none", () => {
    const model = new Attending();
    noGrad(() => model.forward(x));
    expect(names(model)).toEqual([...own, "attention", "scores"]);
  });
});

describe("requiresGrad_", () => {
  it("freezes parameters and makes them parameters again, and buffers stay buffers", () => {
    const model = new Sequential(new Linear(2, 2), new BatchNorm2d(2));
    const before = model.namedParameters().map(([name]) => name);
    expect(model.requiresGrad_(false)).toBe(model);
    expect(model.parameters()).toEqual([]);
    expect(names(model)).toHaveLength(7);
    model.requiresGrad_(true);
    expect(model.namedParameters().map(([name]) => name)).toEqual(before);
  });

  it("of a part leaves the others as they are, and zeroGrad clears the gradient of a frozen parameter too", () => {
    const model = new Sequential(new Linear(2, 2), new Linear(2, 1));
    model
      .forward(ones([1, 2]))
      .sum()
      .backward();
    model[0].requiresGrad_(false);
    expect(model[0].weight.grad).not.toBeNull();
    model.zeroGrad();
    expect(model[0].weight.grad).toBeNull();
    expect(model.namedParameters().map(([name]) => name)).toEqual(["1.weight", "1.bias"]);
  });
});

describe("loadStateDict with strict: false", () => {
  it("assigns the tensors that both sides have and returns the names that only one has", () => {
    const model = new Linear(2, 1);
    const state = new Map([
      ["weight", ones([1, 2])],
      ["extra", ones([1])],
    ]);
    expect(model.loadStateDict(state, { strict: false })).toEqual({ missing: ["bias"], unexpected: ["extra"] });
    expect(model.weight.toArray()).toEqual([[1, 1]]);
    expect(model.loadStateDict(model.stateDict())).toEqual({ missing: [], unexpected: [] });
    expect(() => model.loadStateDict(state)).toThrow("bias is missing; extra is not part of this model");
    expect(() => model.loadStateDict(new Map([["weight", ones([2])]]), { strict: false })).toThrow(
      "weight is float32[2], this model has float32[1,2]",
    );
    expect(() => model.loadStateDict(state, { Strict: false } as never)).toThrow("did you mean strict?");
  });
});

it("training can be set for one module alone", () => {
  const model = new Sequential(new Linear(1, 1));
  model.training = false;
  expect([model.training, model[0].training]).toEqual([false, true]);
});
