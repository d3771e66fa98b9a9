// Modules of any signature under the strictest flags: a variational autoencoder, a cell that carries a state, heads by name, layers by index.
import {
  Adam,
  compile,
  type Layer,
  Linear,
  Module,
  mseLoss,
  ReLU,
  randn,
  Sequential,
  Sigmoid,
  type Tensor,
  zeros,
} from "chainrule";

class Autoencoder extends Module {
  readonly encoder = new Sequential(new Linear(8, 4), new ReLU());
  readonly heads = { mean: new Linear(4, 2), logVariance: new Linear(4, 2) };
  readonly decoder = new Sequential(new Linear(2, 8), new Sigmoid());
  forward(x: Tensor, noise: Tensor): { decoded: Tensor; mean: Tensor; logVariance: Tensor } {
    const inside = this.encoder.forward(x);
    const mean = this.heads.mean.forward(inside);
    const logVariance = this.heads.logVariance.forward(inside);
    const decoded = this.decoder.forward(mean.add(noise.mul(logVariance.mul(0.5).exp())));
    return { decoded, mean, logVariance };
  }
}

class Cell extends Module {
  readonly input: Linear;
  readonly state: Linear;
  constructor(inputs: number, hidden: number) {
    super();
    this.input = new Linear(inputs, hidden, { bias: undefined });
    this.state = new Linear(hidden, hidden, { bias: false });
  }
  forward(x: Tensor, [h]: readonly [h: Tensor]): [Tensor, [Tensor]] {
    const next = this.input.forward(x).add(this.state.forward(h)).tanh();
    return [next, [next]];
  }
}

/** Takes any layer, and gives one back. */
const doubled = (layer: Layer): Layer => new Sequential(layer, layer);

export function run(): number {
  const model = new Autoencoder();
  const optimizer = new Adam(model.parameters(), { lr: 0.01, weightDecay: undefined });
  const step = compile((x: Tensor, noise: Tensor) => {
    const { decoded, mean, logVariance } = model.forward(x, noise);
    const divergence = mean.square().add(logVariance.exp()).sub(logVariance).sub(1).mean().mul(0.5);
    const loss = mseLoss(decoded, x).add(divergence);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  });
  const [first, second] = model.encoder;
  const weight: Tensor = model.encoder[0].weight;
  const outputs: number = weight.sizeAt(0);
  const copy: Autoencoder = model.clone().requiresGrad_(false);
  const { missing, unexpected } = copy.loadStateDict(model.stateDict(), { strict: false });
  const cell = new Cell(3, outputs);
  const [y, state] = cell.forward(randn([1, 3]), [zeros([1, outputs])]);
  const names: string[] = [...model.children().map(([name]) => name), ...missing, ...unexpected];
  const layers: Layer[] = names.map(() => new ReLU());
  const any = new Sequential(...layers, doubled(new Linear(2, 2)));
  const found: Layer | undefined = any[0] ?? first ?? second;
  found?.train(false);
  return step(randn([2, 8]), randn([2, 2])).item() + y.add(state[0]).sum().item();
}
