// A variational autoencoder (Kingma and Welling 2014): its forward gives three tensors, and the loss needs all of them.
import {
  Adam,
  binaryCrossEntropyWithLogits,
  compile,
  concat,
  eye,
  Linear,
  Module,
  manualSeed,
  ReLU,
  rand,
  randn,
  Sequential,
  type Tensor,
} from "chainrule";

class VAE extends Module {
  readonly encoder = new Sequential(new Linear(64, 32), new ReLU());
  readonly mean = new Linear(32, 2);
  readonly logVariance = new Linear(32, 2);
  readonly decoder = new Sequential(new Linear(2, 32), new ReLU(), new Linear(32, 64));

  forward(x: Tensor): { readonly logits: Tensor; readonly mean: Tensor; readonly logVariance: Tensor } {
    const hidden = this.encoder.forward(x);
    const [mean, logVariance] = [this.mean.forward(hidden), this.logVariance.forward(hidden)];
    const z = mean.add(logVariance.mul(0.5).exp().mul(randn(mean.shape)));
    return { logits: this.decoder.forward(z), mean, logVariance };
  }
}

/** Pictures of 8 × 8 with one bright row or one bright column, [16, 64]. */
const bars = concat([eye(8).unsqueeze(2).expand([8, 8, 8]), eye(8).unsqueeze(1).expand([8, 8, 8])]).reshape([16, 64]);

/** The loss per picture, before and after. */
export function train(steps: number): { readonly first: number; readonly last: number } {
  manualSeed(0);
  const model = new VAE();
  const optimizer = new Adam(model.parameters(), { lr: 0.01 });
  const step = compile(() => {
    const x = bars.indexSelect(0, rand([64]).mul(16).floor().to("int32"));
    const { logits, mean, logVariance } = model.forward(x);
    const reconstruction = binaryCrossEntropyWithLogits(logits, x).mul(64);
    const divergence = mean.square().add(logVariance.exp()).sub(logVariance).sub(1).sum(1).mean().mul(0.5);
    const loss = reconstruction.add(divergence);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  });
  const losses = Array.from({ length: steps }, () => step().item());
  return { first: losses[0] ?? Number.NaN, last: losses.at(-1) ?? Number.NaN };
}
