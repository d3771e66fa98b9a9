// functional: a module as a function of its parameters, for gradients of each example and ensembles, eager and in programs.
import {
  compile,
  crossEntropy,
  Dropout,
  functional,
  grad,
  Linear,
  Module,
  manualSeed,
  randn,
  Sequential,
  stack,
  Tanh,
  type Tensor,
  tensor,
  valueAndGrad,
  vmap,
} from "chainrule";
import { describe, expect, it } from "vitest";

const made = () => new Sequential(new Linear(4, 8), new Tanh(), new Linear(8, 3));
const furthest = (a: Tensor, b: Tensor): number => Math.max(...a.sub(b).abs().data);

manualSeed(1);
const model = made();
const f = functional(model);
const parameters = new Map(model.namedParameters());
const xs = randn([6, 4]);
const ys = tensor([0, 1, 2, 0, 1, 2], { dtype: "int32" });
const loss = (p: ReadonlyMap<string, Tensor>, x: Tensor, y: Tensor) => crossEntropy(f(p, x), y);

describe("gradients of each example", () => {
  const perSample = vmap(grad(loss), { inDims: [null, 0, 0] });
  const rows = [0, 1, 2, 3, 4, 5].map((i) => {
    model.zeroGrad();
    crossEntropy(model.forward(xs.slice(i)), ys.slice(i)).backward();
    return new Map(model.namedParameters().map(([name, { grad }]) => [name, grad]));
  });

  it.each([
    ["eager", perSample],
    ["compiled", compile((p: ReadonlyMap<string, Tensor>, x: Tensor, y: Tensor) => perSample(p, x, y))],
    [
      "compiled, with the model's own",
      compile((_: unknown, x: Tensor, y: Tensor) => perSample(new Map(model.namedParameters()), x, y)),
    ],
  ])("are those of a loop, %s", (_, way) => {
    const all = way(parameters, xs, ys);
    expect([...all.keys()]).toEqual([...parameters.keys()]);
    for (const [name, gradients] of all)
      for (const [i, row] of rows.entries())
        expect(furthest(gradients.slice(i), row.get(name) as Tensor)).toBeLessThan(1e-6);
  });

  it("come with the values", () => {
    const { value, grads } = vmap(valueAndGrad(loss), { inDims: [null, 0, 0] })(parameters, xs, ys);
    expect(furthest(value.mean(), crossEntropy(model.forward(xs), ys))).toBeLessThan(1e-6);
    expect((grads as readonly unknown[])[0]).toBeInstanceOf(Map);
  });
});

it("an ensemble is one call", () => {
  const models = [1, 2, 3].map((seed) => {
    manualSeed(seed);
    return made();
  });
  const named = models.map((one) => new Map(one.namedParameters()));
  const all = new Map([...parameters.keys()].map((name) => [name, stack(named.map((p) => p.get(name) as Tensor))]));
  const out = vmap(f, { inDims: [0, null] })(all, xs);
  for (const [i, one] of models.entries()) expect(furthest(out.slice(i), one.forward(xs))).toBeLessThan(1e-6);
});

describe("the module", () => {
  const weight = model.namedParameters()[0][1];

  it("has its own parameters afterwards, also where the call throws", () => {
    expect(() => f(new Map([["0.weight", randn([8, 4])]]), randn([2, 5]))).toThrow();
    expect(new Map(model.namedParameters()).get("0.weight")).toBe(weight);
  });

  it("uses its own where the Map has none", () => {
    const other = randn([8, 4]);
    const expected = xs.matmul(other.transpose());
    const linear = new Linear(4, 8);
    expect(
      furthest(functional(linear)(new Map([["weight", other]]), xs), expected.add(linear.bias as Tensor)),
    ).toBeLessThan(1e-6);
  });

  it("may hold tensors in lists, objects, Maps and Sets, and one of them twice", () => {
    class Held extends Module {
      list = [tensor(1, { requiresGrad: true })];
      record = { a: { b: tensor(2, { requiresGrad: true }) } };
      map = new Map([["k", tensor(3, { requiresGrad: true })]]);
      set = new Set([tensor(4, { requiresGrad: true })]);
      tied = this.list[0];
      forward(x: Tensor): Tensor {
        const own = [...this.list, this.record.a.b, ...this.map.values(), ...this.set, this.tied];
        return own.reduce((sum, w) => sum.mul(10).add(w), x);
      }
    }
    const held = new Held();
    const p = new Map(held.namedParameters().map(([name, w]) => [name, w.add(4)]));
    expect(functional(held)(p, tensor(0)).item()).toBe(56785);
    expect(held.forward(tensor(0)).item()).toBe(12341);
  });

  it("is watched by a program as before: another weight needs another program, and none is set", () => {
    const linear = new Linear(4, 2);
    const run = functional(linear);
    let traces = 0;
    const program = compile((w: Tensor, x: Tensor) => {
      traces++;
      return run(new Map([["weight", w]]), x);
    });
    const w = randn([2, 4]);
    program(w, xs);
    program(w, xs);
    expect(traces).toBe(1);
    const other = tensor([5, 6], { requiresGrad: true });
    Object.assign(linear, { bias: other });
    expect(furthest(program(w, xs), xs.matmul(w.transpose()).add(other))).toBeLessThan(1e-6);
    expect([traces, linear.bias === other]).toEqual([2, true]);
  });

  it("draws other numbers for each example where it may", () => {
    const drop = functional(new Dropout(0.5));
    const y = vmap((x: Tensor) => drop(new Map(), x), { randomness: "different" })(
      tensor(new Array(64).fill([1, 1, 1, 1])),
    );
    expect(new Set(y.toArray<number[][]>().map(String)).size).toBeGreaterThan(8);
  });
});

it.each<[string, () => unknown, string]>([
  ["a name that there is not", () => f(new Map([["0.wieght", xs]]), xs), "functional: the module has no 0.wieght"],
  ["another shape", () => f(new Map([["0.weight", xs]]), xs), "0.weight is float32[6,4], the module has float32[8,4]"],
  ["no Map", () => f({} as never, xs), "the parameters are a Map of names to tensors"],
  ["no tensor", () => f(new Map([["0.weight", 3 as never]]), xs), "0.weight is a tensor, not 3"],
  ["no module", () => functional({} as never), "takes a module with a forward"],
])("%s: refused", (_, call, words) => {
  expect(call).toThrow(words);
});
