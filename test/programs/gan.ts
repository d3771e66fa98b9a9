// A generative adversarial network (Goodfellow et al. 2014) in two dimensions: one module holds two nets with opposite losses, and each has
// an optimiser of its own.
import {
  Adam,
  binaryCrossEntropyWithLogits,
  compile,
  LeakyReLU,
  Linear,
  Module,
  manualSeed,
  noGrad,
  ones,
  ReLU,
  randn,
  Sequential,
  type Tensor,
  tensor,
  zeros,
} from "chainrule";

class GAN extends Module {
  readonly nets = {
    generator: new Sequential(new Linear(2, 32), new ReLU(), new Linear(32, 2)),
    discriminator: new Sequential(new Linear(2, 32), new LeakyReLU(0.2), new Linear(32, 1)),
  };

  generate(count: number): Tensor {
    return this.nets.generator.forward(randn([count, 2]));
  }
}

const [batch, mean] = [64, tensor([2, -1])];
const real = (): Tensor => randn([batch, 2]).mul(0.5).add(mean);

export interface Trained {
  /** The distance between the mean of the generated points and the mean of the data, before and after training. */
  readonly first: number;
  readonly last: number;
  readonly names: readonly string[];
}

export function train(steps: number): Trained {
  manualSeed(0);
  const model = new GAN();
  const { generator, discriminator } = model.nets;
  const generatorOptimizer = new Adam(generator.parameters(), { lr: 0.003, betas: [0.5, 0.999] });
  const discriminatorOptimizer = new Adam(discriminator.parameters(), { lr: 0.003, betas: [0.5, 0.999] });

  const step = compile(() => {
    const fake = model.generate(batch);
    const told = discriminator.forward(real());
    const fooled = discriminator.forward(fake.detach());
    discriminatorOptimizer.zeroGrad();
    binaryCrossEntropyWithLogits(told, ones([batch, 1]))
      .add(binaryCrossEntropyWithLogits(fooled, zeros([batch, 1])))
      .backward();
    discriminatorOptimizer.step();

    const loss = binaryCrossEntropyWithLogits(discriminator.forward(fake), ones([batch, 1]));
    generatorOptimizer.zeroGrad();
    loss.backward();
    generatorOptimizer.step();
    return loss;
  });
  const distance = (): number => noGrad(() => model.generate(1000).mean(0).sub(mean).square().sum().sqrt().item());
  const first = distance();
  for (let i = 0; i < steps; i++) step();
  return { first, last: distance(), names: [...model.stateDict().keys()] };
}
