// checkpoint: the same results and gradients from less memory, random numbers as before, and states that change once. Over random programs
// laws.test.ts compares it with the function itself.
import {
  BatchNorm2d,
  checkpoint,
  compile,
  Dropout,
  functional,
  getRngState,
  grad,
  Linear,
  manualSeed,
  noGrad,
  randn,
  Sequential,
  SGD,
  scan,
  Tanh,
  type Tensor,
  tensor,
  vmap,
} from "chainrule";
import { describe, expect, it } from "vitest";
import { trainingStep } from "../../training-step.js";

const block = () => new Sequential(new Linear(16, 32), new Tanh(), new Linear(32, 32), new Tanh(), new Linear(32, 16));
type Wrap = <A extends unknown[], R>(f: (...args: A) => R) => (...args: A) => R;
const same: Wrap = (f) => f;

/** A step of a chain of blocks. */
function chain(wrap: Wrap) {
  manualSeed(1);
  const blocks = [1, 2, 3, 4, 5, 6].map(block);
  const optimizer = new SGD(
    blocks.flatMap((one) => one.parameters()),
    { lr: 0.1 },
  );
  const loss = (x: Tensor): Tensor =>
    blocks
      .reduce((h, one) => wrap((h: Tensor) => one.forward(h))(h), x)
      .square()
      .mean();
  const step = trainingStep(loss, optimizer);
  return { step, parameters: blocks.flatMap((one) => one.parameters()) };
}

const arenaOf = (text: string): number => Number(/arena of (\d+) bytes/.exec(text)?.[1]);

describe("a chain of blocks in a program", () => {
  const x = randn([256, 16]);
  const [plain, kept] = [chain(same), chain(checkpoint)];
  const [one, other] = [compile(plain.step), compile(kept.step)];

  it("learns the same", () => {
    for (let i = 0; i < 3; i++) expect(other(x).item()).toBe(one(x).item());
    for (const [i, p] of plain.parameters.entries()) expect(kept.parameters[i].toArray()).toEqual(p.toArray());
  });

  it("needs less than half of the memory, and computes each block again", () => {
    expect(arenaOf(other.explain())).toBeLessThan(arenaOf(one.explain()) / 2);
    const products = (text: string) => text.match(/= matmul /g)?.length ?? 0;
    // Each block has three products forward and six backward, the first block five; again are two of the forward ones, or three.
    expect(products(other.explain())).toBeGreaterThanOrEqual(products(one.explain()) + 6 * 2);
  });
});

it("eagerly a result has the history of the whole, and no intermediate result", () => {
  const w = tensor([2, 3], { requiresGrad: true });
  const y = checkpoint((x: Tensor) => x.mul(w).sin().exp())(tensor([1, 2]));
  expect(y.history?.kind).toBe("output");
  expect(y.history?.inputs[0].history?.inputs.map(({ tensor }) => tensor)).toEqual([w]);
});

describe.each([
  ["eager", same],
  ["compiled", compile as Wrap],
])("%s", (_, wrap) => {
  it("random numbers are drawn once, and the same in backward", () => {
    const drop = new Dropout(0.5);
    const x = randn([64]);
    const results = [same, checkpoint].map((kept: Wrap) => {
      manualSeed(7);
      const w = tensor(2, { requiresGrad: true });
      const f = kept((x: Tensor) => drop.forward(drop.forward(x.mul(w))));
      const step = wrap((x: Tensor) => {
        const loss = f(x).square().sum();
        loss.backward();
        return loss;
      });
      return [step(x).item(), w.grad?.item(), getRngState().toArray()];
    });
    expect(results[1]).toEqual(results[0]);
  });

  it("random numbers are the same where backward() comes after the program", () => {
    const drop = new Dropout(0.5);
    const x = randn([64]);
    const results = [same, checkpoint].map((kept: Wrap) => {
      manualSeed(7);
      const w = tensor(2, { requiresGrad: true });
      const f = wrap(kept((x: Tensor) => drop.forward(x.mul(w)).square().sum()));
      f(x).backward();
      f(x).backward();
      return [w.grad?.item(), getRngState().toArray()];
    });
    expect(results[1]).toEqual(results[0]);
  });

  it("running statistics change once", () => {
    const x = randn([4, 3, 5, 5]);
    const norms = [new BatchNorm2d(3), new BatchNorm2d(3)];
    norms.forEach((norm, i) => {
      const f = (x: Tensor) => norm.forward(x);
      wrap((x: Tensor) => {
        const loss = (i === 0 ? f : checkpoint(f))(x).square().sum();
        loss.backward();
        return loss;
      })(x);
    });
    const [a, b] = norms.map((norm) => [...norm.stateDict()].map(([name, t]) => [name, t.toArray()]));
    expect(b).toEqual(a);
    expect(norms[1].weight?.grad?.toArray()).toEqual(norms[0].weight?.grad?.toArray());
  });

  it("structures, and gradients of each example of a model", () => {
    const model = block();
    const f = functional(model);
    const kept = checkpoint((p: ReadonlyMap<string, Tensor>, x: Tensor) => ({ y: f(p, x), parts: [x.mul(2)] }));
    const parameters = new Map(model.namedParameters());
    const [x, loss] = [randn([5, 16]), (y: Tensor) => y.square().mean()];
    const a = wrap((x: Tensor) =>
      vmap(
        grad((p: typeof parameters, x: Tensor) => loss(kept(p, x).y).add(kept(p, x).parts[0].sum())),
        { inDims: [null, 0] },
      )(parameters, x),
    )(x);
    const b = vmap(
      grad((p: typeof parameters, x: Tensor) => loss(f(p, x))),
      { inDims: [null, 0] },
    )(parameters, x);
    for (const [name, g] of a) {
      const worst = Math.max(...g.sub(b.get(name) as Tensor).abs().data);
      expect(worst).toBeLessThan(1e-6);
    }
  });

  it("loops: a checkpointed loop, and a loop of checkpointed steps", () => {
    const w = tensor([0.5, 0.3], { requiresGrad: true });
    const step = (h: Tensor, x: Tensor): [Tensor, Tensor] => [h.mul(w).add(x).tanh(), h];
    const loop = (f: typeof step) => (xs: Tensor) => scan(f, tensor([0, 0]), xs)[0].sum();
    const xs = randn([6, 2]);
    const results = [loop(step), checkpoint(loop(step)), loop(checkpoint(step))].map((f) => {
      w.grad = null;
      wrap((xs: Tensor) => {
        const loss = f(xs);
        loss.backward();
        return loss;
      })(xs);
      return (w.grad as Tensor | null)?.toArray<number[]>() ?? [];
    });
    for (const [i, g] of results[0].entries()) {
      expect(results[1][i]).toBeCloseTo(g, 5);
      expect(results[2][i]).toBeCloseTo(g, 5);
    }
  });
});

it("without recording it is the function itself", () => {
  let runs = 0;
  const f = checkpoint((x: Tensor) => {
    runs++;
    return x.mul(2);
  });
  const x = tensor(3, { requiresGrad: true });
  expect(noGrad(() => f(x)).requiresGrad).toBe(false);
  f(x).backward();
  expect([runs, x.grad?.item()]).toEqual([3, 2]);
});

it("in a checkpoint in a checkpoint each part runs again when its gradients arrive", () => {
  const order: string[] = [];
  const say = (name: string, f: (x: Tensor) => Tensor) =>
    checkpoint((x: Tensor) => {
      order.push(name);
      return f(x);
    });
  const x = tensor(0.3, { requiresGrad: true });
  const [a, b] = [say("a", (x) => x.sin().exp()), say("b", (x) => x.cos().mul(x))];
  say("all", (x) => b(a(x)))(x).backward();
  expect(order).toEqual(["all", "a", "b", "all", "a", "b", "b", "a"]);
  const plain = grad((x: Tensor) => {
    const y = x.sin().exp();
    return y.cos().mul(y);
  })(tensor(0.3));
  expect(x.grad?.item()).toBeCloseTo(plain.item(), 6);
});

it("refuses what was assigned since, as operations do", () => {
  const w = tensor(2, { requiresGrad: true });
  const y = checkpoint((x: Tensor) => x.mul(w))(tensor(3));
  w.assign(tensor(5));
  expect(() => y.backward()).toThrow("backward: checkpoint needs a tensor of shape [] that was assigned since");
  expect(() => checkpoint(3 as never)).toThrow("checkpoint: takes a function, not 3");
});
