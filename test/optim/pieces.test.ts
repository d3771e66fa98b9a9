// Steps without `compile` run updates in one pass (tensor/stream.ts), with the same bits as the update run op by op.
import { Adam, AdamW, compile, manualSeed, type Optimizer, RMSprop, randn, SGD, type Tensor } from "chainrule";
import { expect, it } from "vitest";

const optimizers: Readonly<Record<string, (parameters: Tensor[]) => Optimizer>> = {
  Adam: (all) => new Adam(all),
  "Adam with decay": (all) => new Adam(all, { weightDecay: 0.01, betas: [0.8, 0.99] }),
  AdamW: (all) => new AdamW(all, { weightDecay: 0.1 }),
  SGD: (all) => new SGD(all, { lr: 0.1 }),
  "SGD with momentum and dampening": (all) => new SGD(all, { lr: 0.1, momentum: 0.9, dampening: 0.1 }),
  "SGD with nesterov": (all) => new SGD(all, { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  RMSprop: (all) => new RMSprop(all),
  "RMSprop, centered, with momentum": (all) => new RMSprop(all, { centered: true, momentum: 0.5 }),
};

function parameters(): Tensor[] {
  manualSeed(3);
  const shapes = [[200, 101], [64, 64], [7], [1]];
  const all = [...shapes.map((shape) => randn(shape)), randn([50, 50], { dtype: "float64" })];
  for (const parameter of all) {
    parameter.requiresGrad = true;
    parameter.grad = randn(parameter.shape, { dtype: parameter.dtype as "float32" });
  }
  return all;
}

/** Five steps, each with another learning rate: parameters and state. */
function trained(make: (all: Tensor[]) => Optimizer, step: (optimizer: Optimizer) => () => void): Tensor[] {
  const all = parameters();
  const optimizer = make(all);
  const once = step(optimizer);
  for (let i = 0; i < 5; i++) {
    once();
    optimizer.lr = 0.01 * (i + 1);
  }
  return [...all, ...optimizer.stateDict().values()];
}

it.each(Object.entries(optimizers))("%s", (_, make) => {
  const pieces = trained(make, (optimizer) => () => optimizer.step());
  const byOps = trained(make, (optimizer) => compile(() => optimizer.step(), { backend: "reference" }));
  expect(pieces).toEqual(byOps);
});

it("an update that a subclass overrides and that is not elementwise is run op by op", () => {
  class Normalised extends SGD {
    protected override update(p: Tensor, grad: Tensor): void {
      p.assign(p.sub(grad.div(grad.square().sum().sqrt()).mul(p.shape[0])));
    }
  }
  const [p] = parameters();
  const [before, { grad }] = [p.detach(), p];
  new Normalised([p], { lr: 1 }).step();
  expect(p).toEqual(before.sub((grad as Tensor).div((grad as Tensor).square().sum().sqrt()).mul(200)));
});
