// A program holds only as long as the properties of modules that its trace read are unchanged: replacing a layer, a parameter or an option
// makes another program. Properties that a traced function sets on a module are set at each call.
import { Adam, compile, Linear, Module, mseLoss, ones, ReLU, Sequential, SGD, Tensor, tensor } from "chainrule";
import { afterEach, describe, expect, it, vi } from "vitest";

class Net extends Module {
  a: Linear = new Linear(2, 2);
  layers: Module[] = [new Linear(2, 2), new ReLU()];
  heads: Record<string, Linear> = { left: new Linear(2, 1), right: new Linear(2, 1) };
  either = new Set([new Linear(2, 2)]);
  byName = new Map<string, Linear>([["only", new Linear(2, 1)]]);
  bias: Tensor | null = null;
  scale = 1;
  residual = false;
  kind: "sum" | "mean" = "sum";
  sizes: { readonly width: number; readonly factors: readonly number[] } = { width: 2, factors: [1, 1] };
  activation = (x: Tensor): Tensor => x;
  calls = 0;
  seen: Tensor | null = null;
}

const x = tensor([[1, 2]]);
const w = (...values: number[]) => tensor(values);

/** A forward that reads one property, and a change of this property. */
const replaced: Record<string, [forward: (net: Net, x: Tensor) => Tensor, change: (net: Net) => void]> = {
  "a layer": [
    (net) => net.a.forward(x),
    (net) => {
      net.a = new Linear(2, 2);
    },
  ],
  "a layer in a list": [
    (net, x) => net.layers.reduce((y, layer) => (layer instanceof Linear ? layer.forward(y) : y), x),
    (net) => {
      net.layers[0] = new Linear(2, 2);
    },
  ],
  "the length of a list": [
    (net, x) => net.layers.reduce((y, layer) => (layer instanceof Linear ? layer.forward(y) : y), x),
    (net) => net.layers.push(new Linear(2, 2)),
  ],
  "a layer in a record": [
    (net, x) => net.heads.left.forward(x),
    (net) => {
      net.heads.left = new Linear(2, 1);
    },
  ],
  "a layer in a map": [
    (net, x) => (net.byName.get("only") as Linear).forward(x),
    (net) => net.byName.set("only", new Linear(2, 1)),
  ],
  "a layer in a set": [
    (net, x) => [...net.either][0].forward(x),
    (net) => {
      net.either.clear();
      net.either.add(new Linear(2, 2));
    },
  ],
  "a parameter": [
    (net, x) => net.a.forward(x),
    (net) =>
      Object.assign(net.a, {
        weight: tensor(
          [
            [1, 2],
            [3, 4],
          ],
          { requiresGrad: true },
        ),
      }),
  ],
  "a tensor that was not there": [
    (net, x) => (net.bias === null ? x : x.add(net.bias)),
    (net) => {
      net.bias = w(5, 5);
    },
  ],
  "a number": [
    (net, x) => x.mul(net.scale),
    (net) => {
      net.scale = 3;
    },
  ],
  "a boolean": [
    (net, x) => (net.residual ? x.add(x) : x.neg()),
    (net) => {
      net.residual = true;
    },
  ],
  "a string": [
    (net, x) => x[net.kind](),
    (net) => {
      net.kind = "mean";
    },
  ],
  "an option in a record": [
    (net, x) => x.mul(net.sizes.width),
    (net) => {
      net.sizes = { ...net.sizes, width: 7 };
    },
  ],
  "a number in a list in a record": [
    (net, x) => x.mul(net.sizes.factors[1]),
    (net) => {
      (net.sizes.factors as number[])[1] = 9;
    },
  ],
  "a function": [
    (net, x) => net.activation(x),
    (net) => {
      net.activation = (x) => x.square();
    },
  ],
};

afterEach(() => vi.restoreAllMocks());

describe("after the trace", () => {
  it.each(Object.entries(replaced))("%s may be replaced", (_, [forward, change]) => {
    const net = new Net();
    let traces = 0;
    const f = compile((x: Tensor) => {
      traces++;
      return forward(net, x);
    });
    for (let i = 0; i < 3; i++) expect(f(x).toArray()).toEqual(forward(net, x).toArray());
    expect(traces).toBe(1);
    change(net);
    for (let i = 0; i < 3; i++) {
      const [found, expected] = [f(x), forward(net, x)];
      expect(found.shape).toEqual(expected.shape);
      for (const [i, value] of found.data.entries()) expect(value).toBeCloseTo(expected.data[i], 5);
    }
    expect(traces).toBe(2);
  });

  it("a property that was not read may change, and nothing is traced again", () => {
    const net = new Net();
    const optimizer = new SGD(net.parameters(), { lr: 0.1 });
    let traces = 0;
    const step = compile((x: Tensor) => {
      traces++;
      net.train();
      optimizer.zeroGrad();
      net.zeroGrad();
      const loss = mseLoss(net.a.forward(x), x);
      loss.backward();
      optimizer.step();
      return loss;
    });
    for (let i = 0; i < 4; i++) {
      step(x);
      net.calls++;
      net.kind = i % 2 === 0 ? "mean" : "sum";
      net.scale += 1;
    }
    expect(traces).toBe(1);
  });

  it("a new part is found where the function walks over the parameters", () => {
    const net: Module & { extra?: Linear } = new Sequential(new Linear(2, 2));
    const f = compile(() => tensor(net.parameters().length));
    expect(f().item()).toBe(2);
    net.extra = new Linear(2, 2);
    expect(f().item()).toBe(4);
  });

  it("an optimiser that is a property of a module may be replaced", () => {
    class Trainer extends Module {
      net = new Linear(2, 2);
      optimizer: SGD | Adam = new SGD(this.net.parameters(), { lr: 0 });
    }
    const trainer = new Trainer();
    const step = compile((x: Tensor) => {
      trainer.net.zeroGrad();
      mseLoss(trainer.net.forward(x), x).backward();
      trainer.optimizer.step();
    });
    const before = trainer.net.weight.toArray();
    step(x);
    expect(trainer.net.weight.toArray()).toEqual(before);
    trainer.optimizer = new Adam(trainer.net.parameters(), { lr: 0.1 });
    step(x);
    expect(trainer.net.weight.toArray()).not.toEqual(before);
  });

  it("properties are plain ones again, in their order, also after an error", () => {
    const net = new Net();
    const described = () =>
      JSON.stringify(
        Object.entries(Object.getOwnPropertyDescriptors(net)).map(([key, { value: _, ...rest }]) => [key, rest]),
      );
    const before = described();
    compile((x: Tensor) => x.mul(net.scale))(x);
    expect(described()).toBe(before);
    const failing = compile((x: Tensor) => {
      net.scale = 99;
      Object.assign(net, { made: x });
      throw new Error(`no ${net.kind}`);
    });
    expect(() => failing(x)).toThrow("no sum");
    expect(described()).toBe(before);
    expect(net.scale).toBe(1);
    const frozen = Object.freeze(new Net());
    expect(compile((x: Tensor) => x.mul(frozen.scale))(x).toArray()).toEqual([[1, 2]]);
  });
});

describe("what a traced function sets on a module", () => {
  it("is set at each call: a tensor, and a value computed from it later", () => {
    const net = new Net();
    let traces = 0;
    const f = compile((x: Tensor) => {
      traces++;
      net.zeroGrad();
      net.seen = x.mul(2);
      net.scale = x.shape[1];
      Object.assign(net, { late: [x.neg()] });
      return net.seen.add(1);
    });
    for (const n of [1, 5, 7]) {
      net.scale = 0;
      expect(f(tensor([[n, n]])).toArray()).toEqual([[2 * n + 1, 2 * n + 1]]);
      expect(net.seen).toBeInstanceOf(Tensor);
      expect(String(net.seen)).toBe(String(tensor([[2 * n, 2 * n]])));
      expect(Reflect.get(net, "late")[0].toArray()).toEqual([[-n, -n]]);
      expect(net.scale).toBe(2);
    }
    // A second one, since the walk of zeroGrad() then finds one property more.
    expect(traces).toBe(2);
  });

  it("and reads before that is traced again, rather than keeping the first value", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const net = new Net();
    const f = compile((x: Tensor) => {
      net.bias = net.bias === null ? x : net.bias.add(x);
      return net.bias.mul(1);
    });
    for (let i = 1; i <= 40; i++) expect(f(ones([1])).item()).toBe(i);
    expect(String(warn.mock.calls[0])).toContain("Net.bias varies. Pass numbers that change");
  });
});
