// Loops in programs: the same values and gradients as without compile, on the reference and in WebAssembly, and one program for any length.
import {
  BatchNorm2d,
  checkpoint,
  compile,
  Dropout,
  grad,
  manualSeed,
  rand,
  randn,
  SGD,
  scan,
  Tensor,
  tensor,
  valueAndGrad,
  zeros,
} from "chainrule";
import { describe, expect, it } from "vitest";
import { wasmBackend } from "../../../src/backends/wasm/backend.ts";
import { verify as verifyGraph } from "../../../src/compiler/graph-rules.ts";
import { parse, print } from "../../../src/compiler/graph-text.ts";
import { traceGraph } from "../../../src/compiler/index.ts";
import { simplify } from "../../../src/compiler/simplify.ts";
import { verifier } from "../verifier.ts";

const float64 = { dtype: "float64" } as const;

function leaf(...shape: number[]): Tensor {
  const x = randn(shape, float64).detach();
  x.requiresGrad = true;
  return x;
}

const tensorsOf = (value: unknown): Tensor[] => {
  if (value instanceof Tensor) return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(tensorsOf) : [];
};

/** Compares a call without compile with the compiled ones, from the same seed. */
function agrees<A extends unknown[]>(f: (...args: A) => unknown, ...args: A): void {
  manualSeed(5);
  const expected = tensorsOf(f(...args));
  expect(expected.length).toBeGreaterThan(0);
  for (const backend of ["reference", "wasm"] as const) {
    manualSeed(5);
    const found = tensorsOf(compile(f, { backend })(...args));
    expect(found.map(({ dtype, shape }) => [dtype, shape])).toEqual(expected.map(({ dtype, shape }) => [dtype, shape]));
    for (const [i, x] of expected.entries()) {
      const scale = Math.max(1, ...x.data.map(Math.abs));
      for (const [at, value] of x.data.entries())
        expect(Math.abs(found[i].data[at] - value) / scale, `${backend}, result ${i} at ${at}`).toBeLessThan(
          x.dtype === "float64" ? 1e-12 : 1e-5,
        );
    }
  }
}

type State = { readonly h: Tensor; readonly c: Tensor };

/** A cell of an LSTM with the weights of its caller. */
const cell =
  (wx: Tensor, wh: Tensor, b: Tensor) =>
  ({ h, c }: State, x: Tensor): [State, Tensor] => {
    const [i, f, g, o] = x.matmul(wx).add(h.matmul(wh)).add(b).chunk(4, 1);
    const next = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()));
    const out = o.sigmoid().mul(next.tanh());
    return [{ h: out, c: next }, out];
  };

const lstm = (reverse: boolean) => (h: Tensor, c: Tensor, xs: Tensor, wx: Tensor, wh: Tensor, b: Tensor) => {
  const [last, ys] = scan(cell(wx, wh, b), { h, c }, xs, { reverse });
  return ys.square().sum().add(last.c.sin().sum());
};

const gradients =
  (f: (...args: Tensor[]) => Tensor) =>
  (...args: Tensor[]) =>
    valueAndGrad(f)(...args);

describe("a compiled loop is the loop", () => {
  it("of an LSTM, forward and backward, in both directions", () => {
    const args = [leaf(2, 5), leaf(2, 5), leaf(6, 2, 3), leaf(3, 20), leaf(5, 20), leaf(20)];
    for (const reverse of [false, true]) agrees(gradients(lstm(reverse) as never), ...args);
  });
  it("with gradients of any order", () => {
    const f = (w: Tensor): Tensor => {
      const [k, ys] = scan((k, x) => [k.matmul(w).add(x).tanh(), k.mul(x).sum()], zeros([2, 3], float64), xs);
      return k.sum().add(ys.sin().sum());
    };
    const xs = leaf(4, 2, 3);
    const g = (w: Tensor) => grad(f)(w).square().sum();
    agrees((w: Tensor) => [f(w), grad(f)(w), grad(g)(w), grad((w) => grad(g)(w).sin().sum())(w)], leaf(3, 3).mul(0.3));
  });
  it("in a loop", () => {
    const f = (x: Tensor, xs: Tensor, w: Tensor): Tensor => {
      const [k, y] = scan(
        (k, row) => {
          const [m, z] = scan((m, e) => [m.add(e.mul(w)).tanh(), m.mul(e)], k, row, { reverse: true });
          return [m.mul(0.5), z.sum(0)];
        },
        x,
        xs,
      );
      return k.square().sum().add(y.sin().sum());
    };
    const args = [leaf(4), leaf(3, 5, 4), leaf(4)];
    agrees(gradients(f as never), ...args);
    agrees(
      (x: Tensor, xs: Tensor, w: Tensor) =>
        grad((w: Tensor) =>
          grad((w: Tensor) => f(x, xs, w))(w)
            .square()
            .sum(),
        )(w),
      ...(args as [Tensor, Tensor, Tensor]),
    );
  });
  it("of no step, and of one", () => {
    const f = (x: Tensor, xs: Tensor) => {
      const [k, y] = scan((k, v) => [k.mul(v), k.add(v)], x, xs);
      return k.sum().add(y.sum());
    };
    for (const length of [0, 1]) agrees(gradients(f as never), leaf(3), leaf(length, 3));
    agrees(
      (x: Tensor, xs: Tensor) => scan((k, v) => [k, { a: v.gt(0), b: k.sum() }], x, xs) as never,
      leaf(3),
      leaf(0, 3),
    );
  });
  it("with whole numbers, bools, and values that do not change", () => {
    const init = { n: tensor(3, { dtype: "int32" }), best: tensor(-9, float64), same: leaf(2) };
    agrees(
      (xs: Tensor) =>
        scan(
          (k, x) => [{ n: k.n.add(2), best: k.best.maximum(x), same: k.same }, [k.n, x.gt(k.best), x, k.same, k.same]],
          init,
          xs,
        ),
      leaf(6),
    );
  });
  it("whose indices out of range are reported", () => {
    const table = randn([5, 2]);
    const f = compile(
      (index: Tensor) => scan((k: Tensor, i) => [k.add(table.indexSelect(0, i)), null], zeros([3, 2]), index)[0],
    );
    const index = (last: number) =>
      tensor(
        [
          [0, 1, 2],
          [4, 4, last],
        ],
        { dtype: "int32" },
      );
    expect(f(index(3)).shape).toEqual([3, 2]);
    expect(() => f(index(5))).toThrow("index 5 is outside of 0 to 4");
    expect(f(index(0)).shape).toEqual([3, 2]);
  });
});

describe("what a step does to tensors from outside", () => {
  it("random numbers differ from step to step, and go on after the loop; a gradient sees the same ones", () => {
    const dropout = new Dropout(0.5);
    const f = (x: Tensor, xs: Tensor) => {
      const [k, y] = scan((k, v) => [dropout.forward(k.mul(v)).sin(), rand([2], float64).mul(v.slice([0, 2]))], x, xs);
      return k.sum().add(y.sum());
    };
    agrees((...args: [Tensor, Tensor]) => [gradients(f as never)(...args), rand([3])], leaf(8), leaf(5, 8));
    const [, draws] = compile(() => scan((k: Tensor) => [k, rand([1])], tensor(0), null, { length: 20 }))();
    expect(new Set(draws.data).size).toBe(20);
  });
  it("running statistics are carried through the loop", () => {
    const run = (way: (f: () => Tensor) => () => Tensor) => {
      const norm = new BatchNorm2d(3);
      manualSeed(2);
      const [x, xs] = [randn([2, 3, 4, 4]), randn([4, 2, 3, 4, 4])];
      x.requiresGrad = true;
      way(() => {
        const [k, ys] = scan((k, v) => [norm.forward(k.mul(v)).sin(), k.mean()], x, xs);
        const loss = k.sum().add(ys.sum());
        loss.backward();
        return loss;
      })();
      return [...norm.stateDict().values(), x.grad as Tensor];
    };
    const [eager, compiled] = [run((f) => f), run((f) => compile(f))];
    expect(eager[4].item()).toBe(4);
    for (const [i, one] of eager.entries())
      expect(Math.max(...one.sub(compiled[i]).abs().data)).toBeLessThan(1e-5 * Math.max(1, ...one.data.map(Math.abs)));
  });
});

describe("gradients of a compiled call", () => {
  it("flow through a loop inside of it, and weights are updated in the step", () => {
    const steps = (way: (f: (xs: Tensor) => Tensor) => (xs: Tensor) => Tensor, isInside: boolean) => {
      manualSeed(3);
      const [w, b] = [randn([4, 4]).mul(0.3).detach(), zeros([4])];
      for (const one of [w, b]) one.requiresGrad = true;
      const optimizer = new SGD([w, b], { lr: 0.1 });
      const loss = (xs: Tensor) =>
        scan((h: Tensor, x) => [h.matmul(w).add(x).add(b).tanh(), null], zeros([2, 4]), xs)[0]
          .square()
          .sum();
      const learn = (value: Tensor): Tensor => {
        value.backward();
        optimizer.step();
        optimizer.zeroGrad();
        return value.detach();
      };
      const step = way((xs) => (isInside ? learn(loss(xs)) : loss(xs)));
      for (let i = 0; i < 3; i++) {
        const value = step(randn([5, 2, 4]));
        if (!isInside) learn(value);
      }
      return [w, b];
    };
    const expected = steps((f) => f, true);
    for (const isInside of [true, false]) {
      const found = steps((f) => compile(f), isInside);
      for (const [i, x] of expected.entries()) expect(Math.max(...x.sub(found[i]).abs().data)).toBeLessThan(1e-5);
    }
  });
});

it("with checkpoint, a step keeps nothing but its carry, and draws the same numbers again", () => {
  const dropout = new Dropout(0.3);
  const step =
    (w: Tensor) =>
    (h: Tensor, x: Tensor): [Tensor, Tensor] => {
      const n = dropout.forward(h.matmul(w).add(x).tanh());
      return [n.sigmoid().mul(n.exp()), n];
    };
  const loss = (wrap: typeof checkpoint) => (w: Tensor, xs: Tensor) => {
    const [last, ys] = scan(wrap(step(w)), zeros([2, 4], float64), xs);
    return last.sum().add(ys.square().sum());
  };
  const [w, xs] = [leaf(4, 4), leaf(5, 2, 4)];
  const f = (wrap: typeof checkpoint) => gradients(loss(wrap) as never);
  agrees(f(checkpoint), w, xs);
  const kept = (wrap: typeof checkpoint): number => {
    const run = compile(f(wrap));
    run(w, xs);
    const [, returned = ""] = run.chapters()[0].text.match(/body 1 [\s\S]*?return (.*)/) ?? [];
    return returned.split(",").length;
  };
  // ys, the carries h and the generator's counter; and beside them the results of tanh, dropout's mask and exp.
  expect([kept(checkpoint), kept((f) => f)]).toEqual([3, 6]);
});

describe("one program for any length", () => {
  const step = (length: number) => {
    const [wx, wh, b] = [leaf(3, 20), leaf(5, 20), leaf(20)];
    const f = compile(
      (xs: Tensor) =>
        gradients(lstm(false) as never)(zeros([2, 5], float64), zeros([2, 5], float64), xs, wx, wh, b).grads,
    );
    f(leaf(length, 2, 3));
    return f;
  };
  it("has the same kernels", () => {
    const kernels = (length: number) => step(length).chapters()[1].parts.length;
    expect(kernels(100)).toBe(kernels(7));
    expect(kernels(100)).toBeLessThan(40);
  });
  it("is told by explain(): the body, what it keeps, and how often its kernels run", () => {
    const text = step(50).explain();
    expect(text).toMatch(/body 1 \{taken: 1, length: 50, reverse: false\}/);
    expect(text).toMatch(/body 2 \{taken: \d+, length: 50, reverse: true\}/);
    expect(text).toMatch(/loop 0: k\d+ to k\d+ 50 times/);
    // h and c before each step, four gates and tanh of c, float64[50,2,5], for the gradient, and h after each.
    expect(text).toMatch(/loop 0 keeps 32000 bytes of its 50 steps: t\d+(, t\d+){7}/);
    expect(step(50).profile(leaf(50, 2, 3))).toContain("total");
  });
  it("runs on several threads with the same bits", () => {
    const xs = randn([9, 64, 256]);
    const w = randn([256, 256]).mul(0.05).detach();
    w.requiresGrad = true;
    const f = (xs: Tensor) => {
      const [h, ys] = scan((h: Tensor, x) => [h.matmul(w).add(x).tanh(), h], zeros([64, 256]), xs);
      return [
        h,
        ys,
        grad((w: Tensor) => scan((h: Tensor, x) => [h.matmul(w).add(x).tanh(), null], zeros([64, 256]), xs)[0].sum())(
          w,
        ),
      ];
    };
    const [one, two] = [1, 2].map((threads) => compile(f, { threads })(xs).map(({ data }) => data));
    expect(two).toEqual(one);
  });
});

it("verified after each pass, printed and read back", () => {
  const backend = wasmBackend({ verifier });
  const args = [leaf(2, 5), leaf(2, 5), leaf(6, 2, 3), leaf(3, 20), leaf(5, 20), leaf(20)];
  const { graph } = traceGraph(((...all: Tensor[]) => grad(lstm(false) as never)(...(all as [Tensor]))) as never, args);
  for (const one of [graph, simplify(graph)]) {
    verifyGraph(one);
    expect(print(parse(print(one)))).toBe(print(one));
  }
  backend.prepare(simplify(graph), [], { relaxed: true, threads: 1 });
});
