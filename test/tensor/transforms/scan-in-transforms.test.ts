// scan inside of transformations: the values of the loop written out, and in a program a loop.
import { compile, grad, jvp, manualSeed, randn, scan, Tensor, vmap } from "chainrule";
import { beforeAll, describe, expect, it } from "vitest";

const float64 = { dtype: "float64" } as const;
const batch = 4;

const tensorsOf = (value: unknown): Tensor[] =>
  value instanceof Tensor ? [value] : Object.values(value as object).flatMap(tensorsOf);

/** A loop with a carry, results of two dtypes, and a weight from outside. */
function loop(h: Tensor, xs: Tensor, w: Tensor) {
  const [last, ys] = scan(
    (h, x) => {
      const next = h.matmul(w).add(x).tanh();
      return [next, { product: next.mul(x), sign: next.gt(0) }];
    },
    h,
    xs,
  );
  return { last, ...ys };
}

const loss = (h: Tensor, xs: Tensor, w: Tensor): Tensor => {
  const { last, product } = loop(h, xs, w);
  return last.sum().add(product.square().sum());
};

type Call = (length: number) => { readonly run: (...args: Tensor[]) => unknown; readonly args: readonly Tensor[] };

const steps = (length: number) => randn([length, 2, 3], float64);
const state = () => randn([2, 3], float64);
const weight = () => randn([3, 3], float64);

const calls: Readonly<Record<string, Call>> = {
  jvp: (length) => ({
    run: (...args) =>
      jvp(loop, args.slice(0, 3) as [Tensor, Tensor, Tensor], args.slice(3) as [Tensor, Tensor, Tensor]),
    args: [state(), steps(length), weight(), state(), steps(length), weight()],
  }),
  "vmap over carries and weights": (length) => ({
    run: vmap(loop, { inDims: [0, null, 1] }) as never,
    args: [randn([batch, 2, 3], float64), steps(length), randn([3, batch, 3], float64)],
  }),
  "vmap over what is taken alone": (length) => ({
    run: vmap(loop, { inDims: [null, 2, null] }) as never,
    args: [state(), randn([length, 2, batch, 3], float64), weight()],
  }),
  "grad of jvp": (length) => ({
    run: (h, xs, w, dw) => grad((w: Tensor) => jvp((w: Tensor) => loss(h, xs, w), [w], [dw]).tangent)(w),
    args: [state(), steps(length), weight(), weight()],
  }),
  "grad of vmap": (length) => ({
    run: (hs, xs, w) => grad((w: Tensor) => vmap((h: Tensor) => loss(h, xs, w))(hs).sum())(w),
    args: [randn([batch, 2, 3], float64), steps(length), weight()],
  }),
  "vmap of jvp": (length) => ({
    run: (hs, xs, w) => vmap((h: Tensor) => jvp((h: Tensor) => loss(h, xs, w), [h], [h]).tangent)(hs),
    args: [randn([batch, 2, 3], float64), steps(length), weight()],
  }),
};

beforeAll(() => manualSeed(4));

describe.each(Object.entries(calls))("%s of a loop", (_, call) => {
  it("has the values of the loop written out, and is a loop in a program", () => {
    const kernels = [3, 8].map((length) => {
      const { run, args } = call(length);
      const compiled = compile(run);
      const [expected, found] = [run, compiled].map((f) => tensorsOf(f(...args)));
      expect(found.map(({ dtype, shape }) => [dtype, shape])).toEqual(
        expected.map(({ dtype, shape }) => [dtype, shape]),
      );
      for (const [i, x] of expected.entries())
        for (const [at, value] of x.data.entries())
          expect(Math.abs(found[i].data[at] - value)).toBeLessThan(1e-12 * Math.max(1, Math.abs(value)) * 100);
      return compiled.chapters()[1].parts.length;
    });
    expect(kernels[1]).toBe(kernels[0]);
  });
});

it("per-sample gradients through a loop are those of each sample", () => {
  const [hs, xs, w] = [randn([batch, 2, 3], float64), steps(3), weight()];
  const each = (h: Tensor) => grad((w: Tensor) => loss(h, xs, w))(w);
  const all = compile((hs: Tensor) => vmap(each)(hs))(hs);
  for (let i = 0; i < batch; i++)
    expect(
      Math.max(
        ...all
          .slice(i)
          .sub(each(hs.slice(i)))
          .abs().data,
      ),
    ).toBeLessThan(1e-12);
});
