// An LSTM by hand (Hochreiter and Schmidhuber 1997), PyTorch's gate order. It reads three bits and says whether the number of ones among them is odd.
import { Adam, compile, crossEntropy, init, Linear, Module, manualSeed, rand, type Tensor, zeros } from "chainrule";

type State = readonly [hidden: Tensor, cell: Tensor];

class LSTMCell extends Module {
  readonly weight_ih: Tensor;
  readonly weight_hh: Tensor;
  readonly bias: Tensor;

  constructor(inputs: number, hidden: number) {
    super();
    const bound = 1 / Math.sqrt(hidden);
    this.weight_ih = init.uniform(zeros([4 * hidden, inputs], { requiresGrad: true }), -bound, bound);
    this.weight_hh = init.uniform(zeros([4 * hidden, hidden], { requiresGrad: true }), -bound, bound);
    this.bias = init.uniform(zeros([4 * hidden], { requiresGrad: true }), -bound, bound);
  }

  /** x [N, inputs] and a state of two [N, hidden] to the next state. */
  forward(x: Tensor, [h, c]: State): State {
    const gates = x.matmul(this.weight_ih.transpose()).add(h.matmul(this.weight_hh.transpose())).add(this.bias);
    const [i, f, g, o] = gates.chunk(4, 1);
    const cell = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()));
    return [o.sigmoid().mul(cell.tanh()), cell];
  }
}

class Parity extends Module {
  readonly cell = new LSTMCell(1, 16);
  readonly head = new Linear(16, 2);

  /** bits [N, T, 1] to logits [N, 2]. */
  forward(bits: Tensor): Tensor {
    const [count = 0, length = 0] = bits.shape;
    let state: State = [zeros([count, 16]), zeros([count, 16])];
    for (let t = 0; t < length; t++) state = this.cell.forward(bits.slice(null, t), state);
    return this.head.forward(state[0]);
  }
}

/** The loss, before and after. */
export function train(steps: number): { readonly first: number; readonly last: number } {
  manualSeed(3);
  const model = new Parity();
  const optimizer = new Adam(model.parameters(), { lr: 0.02 });
  const step = compile(() => {
    const bits = rand([64, 3, 1]).lt(0.5);
    const ones = bits.sum([1, 2]);
    const parity = ones.sub(ones.div(2).floor().mul(2)).to("int32");
    const loss = crossEntropy(model.forward(bits.to("float32").mul(2).sub(1)), parity);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  });
  const losses = Array.from({ length: steps }, () => step().item());
  return { first: losses[0] ?? Number.NaN, last: losses.at(-1) ?? Number.NaN };
}
