import { type Activation, checkGradients, Layer, MLP, Neuron, Value } from "chainrule/scalar";
import { describe, expect, test } from "vitest";

const weights = (net: { parameters(): Value[] }) =>
  net.parameters().flatMap((p) => (p.kind === "weight" ? p.data : []));

describe("a Neuron", () => {
  test.each([
    ["linear", (s: number) => s],
    ["relu", (s: number) => Math.max(0, s)],
    ["tanh", Math.tanh],
    ["sigmoid", (s: number) => 1 / (1 + Math.exp(-s))],
  ] as const)("with activation %s is that of w · x + b", (activation, f) => {
    const neuron = new Neuron(3, { activation });
    const [w1, w2, w3, b] = neuron.parameters();
    b.data = 0.25;
    const sum = b.data + w1.data * 1 + w2.data * -2 + w3.data * 0.5;
    expect(neuron.forward([1, new Value(-2), 0.5]).data).toBeCloseTo(f(sum), 14);
  });

  test("rectifies unless told otherwise", () => {
    expect(new Neuron(1).activation).toBe("relu");
    expect(new Neuron(2).forward([0, 0]).op).toBe("relu");
  });

  test("starts with weights in [-1, 1) and bias 0, each of its kind", () => {
    const parameters = new Neuron(1000).parameters();
    expect(parameters).toHaveLength(1001);
    expect(parameters.map(({ kind }) => kind)).toEqual([...Array(1000).fill("weight"), "bias"]);
    expect(parameters[1000].data).toBe(0);
    const values = parameters.slice(0, 1000).map(({ data }) => data);
    expect(values.every((w) => w >= -1 && w < 1)).toBe(true);
    expect(Math.abs(values.reduce((a, b) => a + b) / 1000)).toBeLessThan(0.06); // three standard errors
    expect(values.reduce((a, b) => a + b * b, 0) / 1000).toBeCloseTo(1 / 3, 1);
    expect(new Set(values).size).toBe(1000);
  });
});

describe("a seed", () => {
  test("gives the same net each time, another seed another net; the default is 0", () => {
    const sizes = [5, 5, 1];
    expect(weights(new MLP(3, sizes, { seed: 5 }))).toEqual(weights(new MLP(3, sizes, { seed: 5 })));
    expect(weights(new MLP(3, sizes, { seed: 5 }))).not.toEqual(weights(new MLP(3, sizes, { seed: 6 })));
    expect(weights(new MLP(3, sizes))).toEqual(weights(new MLP(3, sizes, { seed: 0 })));
    expect(weights(new Layer(2, 2))).toEqual(weights(new Layer(2, 2, { seed: 0 })));
    expect(weights(new Neuron(2))).toEqual(weights(new Neuron(2, { seed: 0 })));
  });

  test("gives different weights to every neuron of every layer", () => {
    const all = weights(new MLP(16, [16, 16, 16], { seed: 1 }));
    expect(new Set(all).size).toBe(3 * 16 * 16);
  });

  test("is a whole number", () => {
    expect(() => new MLP(2, [1], { seed: 0.5 })).toThrow("seed 0.5: give a whole number");
    expect(() => new Neuron(2, { seed: Number.NaN })).toThrow("seed NaN: give a whole number");
  });
});

describe("an MLP", () => {
  test("of sizes 2-16-16-1 has 337 parameters, hidden layers rectified, the last one linear", () => {
    const net = new MLP(2, [16, 16, 1]);
    expect(net.parameters()).toHaveLength(337);
    expect(net.layers.map(({ neurons }) => neurons[0].activation)).toEqual(["relu", "relu", "linear"]);
    expect(net.forward([1, -1])).toHaveLength(1);
  });

  test("takes another activation for its hidden layers", () => {
    const net = new MLP(2, [3, 4], { activation: "tanh" });
    expect(net.layers.map(({ neurons }) => neurons[0].activation)).toEqual(["tanh", "linear"]);
    expect(net.forward([1, -1]).map(({ op }) => op)).toEqual(["+", "+", "+", "+"]);
  });

  test("turns each input number into one leaf, shared by the neurons", () => {
    const [a, b] = new Layer(1, 2, { activation: "linear" }).forward([7]);
    const input = (y: Value) => y.inputs[1].inputs[1];
    expect(input(a).data).toBe(7);
    expect(input(a)).toBe(input(b));
  });

  test("has the gradients that nudging finds, in every parameter", () => {
    const net = new MLP(3, [4, 4, 2], { activation: "tanh" });
    const loss = () => net.forward([1, -2, 0.5]).reduce((sum, y) => sum.add(y.sub(1).pow(2)), new Value(0));
    expect(checkGradients(loss, net.parameters()).ok).toBe(true);
  });

  test("forgets its gradients by zeroGrad", () => {
    const net = new MLP(2, [2, 1], { activation: "tanh" });
    net.forward([1, 2])[0].backward();
    expect(net.parameters().some(({ grad }) => grad !== 0)).toBe(true);
    net.zeroGrad();
    expect(net.parameters().every(({ grad }) => grad === 0)).toBe(true);
  });

  test("learns the lecture's four examples", () => {
    const net = new MLP(3, [4, 4, 1], { activation: "tanh" });
    const inputs = [
      [2, 3, -1],
      [3, -1, 0.5],
      [0.5, 1, 1],
      [1, 1, -1],
    ];
    const targets = [1, -1, -1, 1];
    const loss = () => {
      const errors = inputs.map((x, i) => net.forward(x)[0].sub(targets[i]).pow(2));
      return errors.reduce((sum, error) => sum.add(error));
    };
    for (let step = 0; step < 100; step++) {
      net.zeroGrad();
      loss().backward();
      for (const p of net.parameters()) p.data -= 0.02 * p.grad;
    }
    expect(loss().data).toBeLessThan(0.05);
  });
});

describe("a mistake is named with its sizes", () => {
  const activation = JSON.parse('"gelu"') as Activation;
  test.each([
    ["Neuron.forward: 2 inputs given, this neuron has 3 weights", () => new Neuron(3).forward([1, 2])],
    ["Layer.forward: 4 inputs given, this layer takes 3", () => new Layer(3, 2).forward([1, 2, 3, 4])],
    ["Layer.forward: 0 inputs given, this layer takes 3", () => new MLP(3, [1]).forward([])],
    ["Neuron: 0 inputs, give a whole number of at least 1", () => new Neuron(0)],
    ["Layer: -1 outputs, give a whole number of at least 1", () => new Layer(2, -1)],
    ["MLP: 0 inputs, give a whole number of at least 1", () => new MLP(0, [1])],
    ["MLP: 0 layers, give a whole number of at least 1", () => new MLP(2, [])],
    ["Layer: 1.5 outputs, give a whole number of at least 1", () => new MLP(2, [1.5])],
    ['Neuron: no activation "gelu", there are relu, tanh, sigmoid, linear', () => new Neuron(2, { activation })],
    ["Value: data must be a number, got string 1", () => new Neuron(1).forward(JSON.parse('["1"]'))],
  ])("%s", (message, mistake) => {
    expect(mistake).toThrow(message);
  });
});
