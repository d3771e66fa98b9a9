// scan without compile: the loop that it stands for, its gradients, and what it says of functions that are no step of a loop.
import {
  checkGradients,
  compile,
  grad,
  manualSeed,
  noGrad,
  ones,
  rand,
  randn,
  scan,
  stack,
  type Tensor,
  tensor,
  valueAndGrad,
  zeros,
} from "chainrule";
import { describe, expect, it } from "vitest";

const float64 = { dtype: "float64" } as const;
const numbers = (x: Tensor) => x.toArray();

describe("the meaning", () => {
  it("the carry goes from step to step, and the results are stacked", () => {
    const [sum, sums] = scan((carry, x) => [carry.add(x), carry.add(x).mul(2)], tensor(10), tensor([1, 2, 3]));
    expect(sum.item()).toBe(16);
    expect(numbers(sums)).toEqual([22, 26, 32]);
  });
  it("in reverse the last element comes first, and results stand at the places of their elements", () => {
    const [sum, sums] = scan((carry, x) => [carry.add(x), carry], tensor(0), tensor([1, 2, 3]), { reverse: true });
    expect(sum.item()).toBe(6);
    expect(numbers(sums)).toEqual([5, 3, 0]);
  });
  it("carry, xs and ys are tensors in lists, records and maps", () => {
    const init = { pair: [tensor(1), tensor(2)] as const, by: new Map([["k", tensor(3)]]) };
    const xs = { a: tensor([1, 2]), b: [tensor([[1], [2]])] };
    const [carry, ys] = scan(
      ({ pair: [p, q], by }, { a, b }) => [
        { pair: [q.add(a), p] as const, by: new Map([["k", (by.get("k") ?? p).mul(2)]]) },
        { sum: p.add(b[0]), none: null },
      ],
      init,
      xs as never as { a: Tensor; b: Tensor[] },
    );
    expect(carry.pair.map(numbers)).toEqual([3, 3]);
    expect(carry.by.get("k")?.item()).toBe(12);
    expect(numbers((ys as unknown as { sum: Tensor }).sum)).toEqual([[2], [5]]);
    expect((ys as { none: unknown }).none).toBe(null);
  });
  it("without xs the option length counts the steps, and a step may return no y", () => {
    const [carry, ys] = scan((x: Tensor) => [x.mul(2), null], tensor(1), null, { length: 10 });
    expect([carry.item(), ys]).toEqual([1024, null]);
  });
  it("no steps: the carry stays, and the results are empty, of the types that a step returns", () => {
    manualSeed(1);
    const state = tensor([0]);
    const step = (carry: Tensor, x: Tensor): [Tensor, Tensor[]] => {
      state.assign(state.add(1));
      return [carry.mul(x.sum()), [x.gt(0), rand([2]).add(x.matmul(ones([3, 4])).sum())]];
    };
    const before = rand([1]);
    manualSeed(1);
    const [carry, ys] = scan(step, tensor(7), zeros([0, 3]));
    expect(carry.item()).toBe(7);
    expect((ys as Tensor[]).map((y) => `${y.dtype}[${y.shape}]`)).toEqual(["bool[0,3]", "float32[0,2]"]);
    expect([state.item(), rand([1]).item()]).toEqual([0, before.item()]);
  });
});

describe("gradients", () => {
  const w = randn([3, 3], float64);
  const step = (h: Tensor, x: Tensor, w: Tensor): [Tensor, Tensor] => {
    const next = h.matmul(w).add(x).tanh();
    return [next, next.mul(h)];
  };
  const loss = (h: Tensor, xs: Tensor, w: Tensor): Tensor => {
    const [last, ys] = scan((h, x) => step(h, x, w), h, xs);
    return last.square().sum().add(ys.sin().sum());
  };
  const args = [randn([2, 3], float64), randn([5, 2, 3], float64), w] as const;

  it("are those of the loop written out, and of differences", () => {
    const written = (h: Tensor, xs: Tensor, w: Tensor): Tensor => {
      const ys: Tensor[] = [];
      for (let t = 0; t < xs.shape[0]; t++) {
        const [next, y] = step(h, xs.slice(t), w);
        ys.push(y);
        h = next;
      }
      return h.square().sum().add(stack(ys).sin().sum());
    };
    const [one, other] = [loss, written].map((f) => valueAndGrad(f)(...args).grads);
    for (const [i, g] of one.entries()) expect(g.sub(other[i]).abs().max().item()).toBeLessThan(1e-12);
    expect(checkGradients(loss as never, [...args]).ok).toBe(true);
  });
  it("can be differentiated again", () => {
    expect(
      checkGradients(
        (w: Tensor) =>
          grad((w: Tensor) => loss(args[0], args[1], w))(w)
            .square()
            .sum(),
        [w],
        { tolerance: 1e-5 },
      ).ok,
    ).toBe(true);
  });
  it("of an element that no loss depends on are 0", () => {
    const xs = tensor([1, 2, 3]);
    xs.requiresGrad = true;
    const [, ys] = scan((carry: Tensor, x) => [carry, x.square()], tensor(0), xs);
    ys.slice([0, 2]).sum().backward();
    expect(xs.grad?.toArray()).toEqual([2, 4, 0]);
  });
});

describe("what is refused, and how", () => {
  const xs = zeros([3, 2]);
  const refusals: [string, () => unknown, string][] = [
    [
      "another shape of the carry",
      () => scan((c: Tensor, x: Tensor) => [c.add(x), null], tensor(0), xs),
      "carry is float32[], and the function returned float32[2]; the carry must keep shape and dtype",
    ],
    [
      "another dtype of the carry",
      () => scan((c: { n: Tensor }) => [{ n: c.n.mul(0.5) }, null], { n: tensor(0, { dtype: "int32" }) }, xs),
      'carry.n is int32[], and the function returned float32[]; the carry must keep shape and dtype; convert it with to("int32")',
    ],
    [
      "another nesting of the carry",
      () => scan((c: Tensor) => [[c] as never, null], tensor(0), xs),
      "the carry is tensor, and the function returned list(0: tensor); it must return what it got",
    ],
    [
      "numbers in the carry",
      () => scan((c: { n: number }) => [c, null], { n: 1 }, xs),
      "carry.n is 1, and only tensors, and lists, records and Maps of them, go here; make a number a tensor with tensor(x)",
    ],
    [
      "a step that returns no pair",
      () => scan((c: Tensor) => c as never, tensor(0), xs),
      "the function must return [carry, y]; return [carry, null] without y",
    ],
    [
      "xs of different lengths",
      () => scan((c: Tensor) => [c, null], tensor(0), { a: xs, b: zeros([4]) }),
      "xs.a has 3 elements along dim 0, xs.b has 4",
    ],
    [
      "another length",
      () => scan((c: Tensor) => [c, null], tensor(0), xs, { length: 4 }),
      "length is 4, but xs has 3 elements along dim 0",
    ],
    [
      "no length",
      () => scan((c: Tensor) => [c, null], tensor(0), null),
      "without xs, the option length says how many steps there are",
    ],
    [
      "numbers as xs",
      () => scan((c: Tensor) => [c, null], tensor(0), tensor(1)),
      "xs is float32[], which has no dim 0 to take elements along",
    ],
    [
      "an unknown option",
      () => scan((c: Tensor) => [c, null], tensor(0), xs, { revers: true } as never),
      "there is no option revers, did you mean reverse?",
    ],
  ];
  for (const [what, run, message] of refusals) {
    it(what, () => {
      expect(run).toThrow(`scan: ${message}`);
      expect(() => compile(run)()).toThrow(`scan: ${message}`);
    });
  }
  it("results that differ from step to step", () => {
    let count = 1;
    expect(() => scan((c: Tensor) => [c, zeros([count++])], tensor(0), xs)).toThrow(
      "scan: the first step returned float32[1] as tensor, a later one float32[2] as tensor; all must be alike",
    );
  });
  it("backward() in the step of a compiled loop", () => {
    const w = tensor(2);
    w.requiresGrad = true;
    const step = (c: Tensor, x: Tensor): [Tensor, Tensor] => {
      w.mul(x).sum().backward();
      return [c, x];
    };
    expect(() => compile(() => scan(step, tensor(0), xs))()).toThrow("scan: the step gives float32[] a gradient");
    const assigns = (c: Tensor, x: Tensor): [Tensor, Tensor] => {
      noGrad(() => w.assign(w.mul(2)));
      return [c, x];
    };
    expect(() => compile(() => scan(assigns, tensor(0), xs))()).toThrow(
      "scan: the step assigns float32[], which wants a gradient; make it a part of the carry",
    );
    expect([w.item(), w.grad]).toEqual([2, null]);
  });
});
