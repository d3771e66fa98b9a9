// Every method of Tensor and every function of tensors against PyTorch: values, gradients, second derivatives, over the
// recorded cases of test/fixtures (float64 to 1e-12, float32 to 1e-5). A failure lists each case that differs.

import { manualSeed, multinomial, rand, randn, randperm, Tensor, tensor } from "chainrule";
import { describe, expect, it } from "vitest";
import { type Case, load } from "../fixtures/load.ts";
import { runBackward, runCase, runRefusal } from "../fixtures/run.ts";

const families = {
  "element by element": load("elementwise").cases,
  "along dims": load("reductions").cases,
  "moving numbers": load("layout").cases,
  "places named by a tensor": load("indexing").cases,
  "products, convolution, pooling": load("products").cases,
  dtypes: load("dtypes").cases,
};
const all = Object.values(families).flat();

for (const [family, cases] of Object.entries(families)) {
  describe(`as in PyTorch, ${family}`, () => {
    for (const [call, group] of byCall(cases)) {
      it(`${call}, in ${group.length} cases`, () => {
        expect(group.flatMap((c) => runCase(c)).join("\n")).toBe("");
      });
    }
  });
}

describe("backward() leaves in .grad what valueAndGrad returns", () => {
  for (const [call, group] of byCall(all.filter((c) => c.grads))) {
    it(`${call}, in ${group.length} cases`, () => {
      expect(group.flatMap((c) => runBackward(c)).join("\n")).toBe("");
    });
  }
});

describe("what PyTorch refuses throws, and names the call", () => {
  for (const [call, group] of byCall(load("refusals").cases)) {
    it(`${call}, in ${group.length} cases`, () => {
      expect(group.flatMap((c) => runRefusal(c)).join("\n")).toBe("");
    });
  }
});

describe("the comparison notices", () => {
  const judged = all.filter((c) => c.results.some((r) => r.data.some((v) => Number.isFinite(v) && v !== 0)));
  const changed = (change: (x: Tensor) => Tensor): Case[] =>
    judged.filter(
      (c) =>
        runCase(c, {
          wrap:
            (f) =>
            (...inputs) =>
              f(...inputs).map(change),
        }).length === 0,
    );

  it("a result that is off by one part in a hundred thousand, or in 10¹¹ in float64", () => {
    expect(changed((x) => x.mul(x.dtype === "float64" ? 1 + 1e-11 : x.dtype === "float32" ? 1 + 2e-5 : 2))).toEqual([]);
  });

  it("a dtype and a shape that are not the same", () => {
    expect(changed((x) => x.to(x.dtype === "float32" ? "float64" : "float32"))).toEqual([]);
    expect(changed((x) => x.unsqueeze(0))).toEqual([]);
  });
});

it("the fixtures cover every method of Tensor", () => {
  const own = ["replaceStorage", "adoptStorage", "remember"];
  const elsewhere = [
    "constructor",
    "item",
    "toArray",
    "toString",
    "toJSON",
    "read",
    "backward",
    "assign",
    "apply",
    ...own,
  ];
  // test/pytorch-options.test.ts and test/pytorch-functions.test.ts hold the methods to these.
  const further = [load("arguments"), load("selection"), load("ordering")].flatMap(({ cases }) => [...cases]);
  const recorded = new Set([...all, ...further].filter((c) => c.kind === "method").map((c) => c.call));
  const methods = Object.entries(Object.getOwnPropertyDescriptors(Tensor.prototype))
    .filter(([, property]) => typeof property.value === "function")
    .map(([name]) => name);
  expect(methods.filter((name) => !recorded.has(name) && !elsewhere.includes(name))).toEqual([]);
});

describe("random numbers have PyTorch's distributions", () => {
  const n = 20_000;

  it("rand is uniform on [0, 1)", () => {
    manualSeed(1);
    const x = rand([n]);
    expect(x.min().item()).toBeGreaterThanOrEqual(0);
    expect(x.max().item()).toBeLessThan(1);
    expect(Math.abs(x.mean().item() - 1 / 2)).toBeLessThan(0.01);
    expect(Math.abs(x.variance().item() - 1 / 12)).toBeLessThan(0.003);
  });

  it("randn has mean 0, deviation 1 and the normal law's tails", () => {
    manualSeed(2);
    const x = randn([n]);
    expect(Math.abs(x.mean().item())).toBeLessThan(0.03);
    expect(Math.abs(x.std().item() - 1)).toBeLessThan(0.02);
    const beyond = (limit: number) => x.abs().gt(limit).sum().item() / n;
    expect(Math.abs(beyond(1) - 0.3173)).toBeLessThan(0.015);
    expect(Math.abs(beyond(2) - 0.0455)).toBeLessThan(0.007);
  });

  it("randperm is a permutation in int32, and not the identity", () => {
    manualSeed(3);
    const order = randperm(100);
    expect(order.dtype).toBe("int32");
    expect([...order.data].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect([...order.data]).not.toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it("multinomial draws by weight, and never an index whose weight is 0", () => {
    manualSeed(4);
    const weights = [1, 0, 3, 6];
    const counts = [0, 0, 0, 0];
    const draws = 2000;
    for (let i = 0; i < draws; i++) counts[multinomial(tensor(weights), 1).data[0]]++;
    expect(counts[1]).toBe(0);
    weights.forEach((w, i) => {
      expect(Math.abs(counts[i] / draws - w / 10)).toBeLessThan(0.04);
    });
  });

  it("multinomial draws each index once, a row at a time", () => {
    manualSeed(6);
    const drawn = multinomial(
      tensor([
        [1, 0, 3, 6],
        [0, 1, 1, 1],
      ]),
      3,
    );
    expect(drawn.dtype).toBe("int32");
    expect(drawn.shape).toEqual([2, 3]);
    expect([...drawn.data.slice(0, 3)].sort()).toEqual([0, 2, 3]);
    expect([...drawn.data.slice(3)].sort()).toEqual([1, 2, 3]);
  });

  it("one seed, one sequence", () => {
    const draw = () => {
      manualSeed(5);
      return [...rand([4]).data, ...randn([4]).data, ...randperm(4).data];
    };
    expect(draw()).toEqual(draw());
  });
});

function byCall<C extends { readonly call: string }>(cases: readonly C[]): Map<string, C[]> {
  const groups = new Map<string, C[]>();
  for (const c of cases) groups.set(c.call, [...(groups.get(c.call) ?? []), c]);
  return groups;
}
