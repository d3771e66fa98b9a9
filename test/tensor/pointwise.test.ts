// Activations in one pass over pieces, where no history is wanted, against the same ops one by one: equal in every element, of every kind.
import { noGrad, randn, type Tensor, tensor } from "chainrule";
import { expect, it } from "vitest";

const activations: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  relu: (x) => x.relu(),
  leakyRelu: (x) => x.leakyRelu(0.2),
  "leakyRelu with another slope": (x) => x.leakyRelu(3),
  gelu: (x) => x.gelu(),
  silu: (x) => x.silu(),
  softplus: (x) => x.softplus(),
};

/** Random numbers with special ones at the front, more than one piece of them. */
function numbers(size: number): Tensor {
  const data = randn([size]).mul(10).data.slice();
  data.set([0, -0, Number.NaN, Infinity, -Infinity, 1e-42, -1e-42, 3e38, -3e38, 20, -20, 88, -104].slice(0, size));
  return tensor(data);
}

const differences = (a: Tensor, b: Tensor): number[] =>
  [...a.data].flatMap((value, i) => (Object.is(value, b.data[i]) ? [] : [i]));

it.each(Object.entries(activations))("%s", (_, activation) => {
  for (const size of [3, 511, 512, 2 ** 14, 2 ** 14 + 2 ** 12 + 7]) {
    const x = numbers(size);
    const leaf = x.detach();
    leaf.requiresGrad = true;
    // The first calls run op by op, the later ones as a program.
    for (let call = 0; call < 6; call++) {
      const y = activation(x);
      expect(differences(y, activation(leaf))).toEqual([]);
      expect(y.shape).toEqual(x.shape);
    }
    expect(activation(leaf).requiresGrad).toBe(true);
    expect(noGrad(() => activation(leaf)).requiresGrad).toBe(false);
    expect(activation(x).requiresGrad).toBe(false);
  }
});

it("other dtypes and single numbers keep their own way", () => {
  expect(tensor([-1, 2], { dtype: "int32" }).relu().toArray()).toEqual([0, 2]);
  expect(tensor([-1, 2], { dtype: "float64" }).relu().dtype).toBe("float64");
  expect(tensor(-3).relu().item()).toBe(0);
});
