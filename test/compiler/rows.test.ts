// Updates that add to some rows of a table touch these rows alone.
import { clipGradNorm, compile, Embedding, manualSeed, randn, SGD, scan, type Tensor, tensor, zeros } from "chainrule";
import { describe, expect, it } from "vitest";
import { parse, print } from "../../src/compiler/graph-text.ts";
import { scatterUpdates } from "../../src/compiler/rows.ts";

const places = (size: number, ...shape: number[]): Tensor => {
  const count = shape.reduce((product, n) => product * n, 1);
  return tensor(
    Int32Array.from({ length: count }, (_, i) => (i * i * 7) % size),
    { shape, dtype: "int32" },
  );
};

type Way = (f: (index: Tensor) => Tensor) => (index: Tensor) => Tensor;

/** Five steps of training a table; the table, and the step. */
function trained(way: Way, options: object, size = 40, clip = false) {
  manualSeed(2);
  const table = new Embedding(size, 6);
  const optimizer = new SGD(table.parameters(), { lr: 0.1, ...options });
  const aim = randn([4, 6]);
  const step = way((index) => {
    const loss = table.forward(index).mean(1).sub(aim).square().sum();
    optimizer.zeroGrad();
    loss.backward();
    if (clip) clipGradNorm(table.parameters(), 0.1);
    optimizer.step();
    return loss;
  });
  for (let i = 0; i < 5; i++) step(places(size, 4, 9));
  return { table, step };
}

const distance = (a: Tensor, b: Tensor): number => Math.max(...a.sub(b).abs().data);

describe("a step of SGD on an embedding", () => {
  it.each([[{}], [{ maximize: true }], [{ momentum: 0.9 }], [{ weightDecay: 0.1 }]])(
    "with %o is the same",
    (options) => {
      const { table } = trained((f) => f, options);
      for (const threads of [1, 2])
        expect(distance(trained((f) => compile(f, { threads }), options).table.weight, table.weight)).toBeLessThan(
          1e-6,
        );
    },
  );

  it("has no kernel over all rows, unless momentum, decay or the gradient's norm need them", () => {
    const isDense = (options: object, clip = false) => {
      const { step } = trained((f) => compile(f, { threads: 1 }), options, 4999, clip);
      const kernels = (step as ReturnType<typeof compile>).chapters()[1].parts.map(({ text }) => text);
      return kernels.some((text) => /i\d+<(4999|29994)/.test(text));
    };
    expect(isDense({})).toBe(false);
    expect(isDense({ maximize: true })).toBe(false);
    expect([isDense({ momentum: 0.9 }), isDense({ weightDecay: 0.1 }), isDense({}, true)]).toEqual([true, true, true]);
  });
});

it("rows are scaled before they are scattered", () => {
  const text = `graph
    %0 = argument 0 : int32[3]
    %1 = argument 1 : float32[3]
    %2 = state 0 : float32[9]
    %3 = state 1 : float32[]
    %4 = scatterAdd %1, %0 {dim: 0, size: 9}
    %5 = expand %3 {shape: [9]}
    %6 = mul %4, %5
    %7 = sub %2, %6
    state 0 <- %7
    return`;
  expect(print(scatterUpdates(parse(text)))).toContain(`
  %4 = reshape %3 {shape: []} : float32[]
  %5 = expand %4 {shape: [3]} : float32[3]
  %6 = mul %1, %5 : float32[3]
  %7 = neg %6 : float32[3]
  %8 = scatterAdd %7, %0 {dim: 0, size: 9} : float32[9]
  %9 = add %2, %8 : float32[9]
  state 0 <- %9`);
  // A second reader needs the whole.
  const read = text.replace("return", "return %4");
  expect(print(scatterUpdates(parse(read)))).toBe(print(parse(read)));
});

it("the gradient of a table that a loop reads is added to its rows, step by step", () => {
  const table = randn([4999, 3]).detach();
  table.requiresGrad = true;
  const step = compile(
    (index: Tensor) => {
      const [sum] = scan((h: Tensor, i) => [h.add(table.indexSelect(0, i)).tanh(), null], zeros([2, 3]), index);
      sum.square().sum().backward();
      return sum;
    },
    { threads: 1 },
  );
  const index = places(4999, 20, 2);
  step(index);
  const found = table.grad as Tensor;
  table.grad = null;
  scan((h: Tensor, i) => [h.add(table.indexSelect(0, i)).tanh(), null], zeros([2, 3]), index)[0]
    .square()
    .sum()
    .backward();
  expect(distance(found, table.grad as unknown as Tensor)).toBeLessThan(1e-6);
  const text = step.chapters()[1].text;
  const loops = [...text.matchAll(/loop \d+: k(\d+)(?: to k(\d+))? 20 times/g)];
  const inside = loops.flatMap(([, first, last = first]) =>
    step
      .chapters()[1]
      .parts.slice(Number(first), Number(last) + 1)
      .map((part) => part.text),
  );
  expect(inside.length).toBeGreaterThan(2);
  expect(inside.filter((kernel) => /i\d+<(4999|14997)/.test(kernel))).toEqual([]);
});
