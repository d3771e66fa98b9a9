// A U-Net (Ronneberger et al. 2015): a path down, a path up, and skip connections across. It finds the disc in a noisy image.
import {
  Adam,
  arange,
  BatchNorm2d,
  binaryCrossEntropyWithLogits,
  Conv2d,
  compile,
  concat,
  MaxPool2d,
  Module,
  manualSeed,
  ReLU,
  rand,
  randn,
  Sequential,
  type Tensor,
} from "chainrule";

const block = (from: number, to: number) =>
  new Sequential(new Conv2d(from, to, 3, { padding: 1, bias: false }), new BatchNorm2d(to), new ReLU());

/** [N, C, H, W] -> [N, C, 2H, 2W]: each pixel four times. */
function upsample(x: Tensor): Tensor {
  const [n = 0, c = 0, h = 0, w = 0] = x.shape;
  return x
    .reshape([n, c, h, 1, w, 1])
    .expand([n, c, h, 2, w, 2])
    .reshape([n, c, 2 * h, 2 * w]);
}

class UNet extends Module {
  readonly down = [block(1, 8), block(8, 16)];
  readonly pool = new MaxPool2d(2);
  readonly middle = block(16, 16);
  readonly up = [block(32, 8), block(16, 8)];
  readonly head = new Conv2d(8, 1, 1);

  forward(x: Tensor): Tensor {
    const across: Tensor[] = [];
    for (const layer of this.down) {
      x = layer.forward(x);
      across.unshift(x);
      x = this.pool.forward(x);
    }
    x = this.middle.forward(x);
    for (const [i, layer] of this.up.entries()) {
      const beside = across[i];
      if (beside !== undefined) x = layer.forward(concat([beside, upsample(x)], 1));
    }
    return this.head.forward(x);
  }
}

/** masks [n, 1, 16, 16] of one disc each, and the noisy images of them. */
function discs(n: number): { readonly seen: Tensor; readonly mask: Tensor } {
  const centre = rand([n, 2, 1, 1]).mul(8).add(4);
  const rows = arange(16)
    .reshape([1, 1, 16, 1])
    .sub(centre.slice(null, [0, 1]));
  const columns = arange(16)
    .reshape([1, 1, 1, 16])
    .sub(centre.slice(null, [1, 2]));
  const mask = rows.square().add(columns.square()).lt(16).to("float32");
  return { seen: mask.add(randn(mask.shape).mul(0.5)), mask };
}

/** The loss, before and after. */
export function train(steps: number): { readonly first: number; readonly last: number } {
  manualSeed(0);
  const model = new UNet();
  const optimizer = new Adam(model.parameters(), { lr: 0.01 });
  const step = compile(() => {
    const { seen, mask } = discs(8);
    const loss = binaryCrossEntropyWithLogits(model.forward(seen), mask);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  });
  const losses = Array.from({ length: steps }, () => step().item());
  return { first: losses[0] ?? Number.NaN, last: losses.at(-1) ?? Number.NaN };
}
