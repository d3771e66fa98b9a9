// The nets of bench/nets.js, larger than those of works.js: transformers of equal blocks, an LSTM, and the convolutional nets that people
// train or fine-tune. Each is made as a user makes it, with a training step and a batch; weights and data are random.
import * as chainrule from "chainrule";
import { trainingStep as step } from "../../test/training-step.js";

const {
  AdamW,
  arange,
  AvgPool2d,
  BatchNorm2d,
  concat,
  Conv2d,
  crossEntropy,
  Embedding,
  Flatten,
  GELU,
  LayerNorm,
  Linear,
  MaxPool2d,
  Module,
  mseLoss,
  MultiheadAttention,
  rand,
  ReLU,
  Sequential,
  SGD,
  tensor,
  zeros,
} = chainrule;

class Residual extends Module {
  constructor(inner, { shortcut = null, after = null } = {}) {
    super();
    Object.assign(this, { inner, shortcut, after });
  }
  forward(x) {
    const sum = this.inner.forward(x).add(this.shortcut ? this.shortcut.forward(x) : x);
    return this.after ? this.after.forward(sum) : sum;
  }
}

class Positions extends Module {
  constructor(symbols, length, width) {
    super();
    this.symbols = new Embedding(symbols, width);
    this.places = new Embedding(length, width);
  }
  forward(x) {
    return this.symbols.forward(x).add(this.places.forward(arange(x.shape[1])));
  }
}

const classes = (count, of) => tensor(Int32Array.from({ length: count }, (_, i) => (7 * i) % of));

function classifier(model, shape, of = 10) {
  const optimizer = new SGD(model.parameters(), { lr: 0.01, momentum: 0.9 });
  const train = step((x, y) => crossEntropy(model.forward(x), y), optimizer);
  return { train, batch: [rand(shape), classes(shape[0], of)] };
}

/** A GPT on 65 symbols: width 128, 4 heads, length 64, batch 12. */
function gpt(blocks, { width = 128, length = 64, batch = 12 } = {}) {
  const block = () => [
    new Residual(new Sequential(new LayerNorm(width), new MultiheadAttention(width, 4, { causal: true }))),
    new Residual(
      new Sequential(new LayerNorm(width), new Linear(width, 4 * width), new GELU(), new Linear(4 * width, width)),
    ),
  ];
  const model = new Sequential(
    new Positions(65, length, width),
    ...Array.from({ length: blocks }, block).flat(),
    new LayerNorm(width),
    new Linear(width, 65),
  );
  const optimizer = new AdamW(model.parameters(), { lr: 1e-3 });
  const loss = (symbols) => {
    const scores = model.forward(symbols.slice(null, [0, -1]));
    return crossEntropy(scores.flatten(0, 1), symbols.slice(null, [1]).flatten());
  };
  const symbols = classes(batch * (length + 1), 65).reshape([batch, length + 1]);
  return { train: step(loss, optimizer), batch: [symbols] };
}

/** An LSTM cell of width 64 (Hochreiter and Schmidhuber 1997), written out over 100 steps, batch 32. */
function lstm() {
  const width = 64;
  const [entry, state, last] = [new Linear(16, 4 * width), new Linear(width, 4 * width), new Linear(width, 1)];
  const parameters = [entry, state, last].flatMap((layer) => [...layer.parameters()]);
  const loss = (x, y) => {
    let [h, c] = [zeros([32, width]), zeros([32, width])];
    for (let t = 0; t < 100; t++) {
      const gates = entry.forward(x.slice(t)).add(state.forward(h));
      const gate = (n) => gates.slice(null, [n * width, (n + 1) * width]);
      c = gate(0)
        .sigmoid()
        .mul(c)
        .add(gate(1).sigmoid().mul(gate(2).tanh()));
      h = gate(3).sigmoid().mul(c.tanh());
    }
    return mseLoss(last.forward(h), y);
  };
  return { train: step(loss, new SGD(parameters, { lr: 0.01 })), batch: [rand([100, 32, 16]), rand([32, 1])] };
}

const normed = (from, to, kernel, options = {}) => [
  new Conv2d(from, to, kernel, { padding: kernel >> 1, bias: false, ...options }),
  new BatchNorm2d(to),
];

/** ResNet-18 (He et al. 2015, arXiv:1512.03385) on 64 × 64 pixels, batch 16. */
function resnet() {
  const block = (from, to, stride) =>
    new Residual(new Sequential(...normed(from, to, 3, { stride }), new ReLU(), ...normed(to, to, 3)), {
      shortcut: from === to && stride === 1 ? null : new Sequential(...normed(from, to, 1, { stride })),
      after: new ReLU(),
    });
  const stage = (from, to, stride) => [block(from, to, stride), block(to, to, 1)];
  const model = new Sequential(
    ...normed(3, 64, 7, { stride: 2 }),
    new ReLU(),
    new MaxPool2d(3, { stride: 2, padding: 1 }),
    ...stage(64, 64, 1),
    ...stage(64, 128, 2),
    ...stage(128, 256, 2),
    ...stage(256, 512, 2),
    new AvgPool2d(2),
    new Flatten(),
    new Linear(512, 10),
  );
  return classifier(model, [16, 3, 64, 64]);
}

/** Inverted residuals with depthwise convolutions, as in MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381), 64 × 64 pixels, batch 16. */
function mobile() {
  const block = (from, to, kernel, stride) => {
    const wide = 4 * from;
    const inner = new Sequential(
      ...normed(from, wide, 1),
      new ReLU(),
      ...normed(wide, wide, kernel, { stride, groups: wide }),
      new ReLU(),
      ...normed(wide, to, 1),
    );
    return from === to && stride === 1 ? new Residual(inner) : inner;
  };
  const model = new Sequential(
    ...normed(3, 16, 3, { stride: 2 }),
    new ReLU(),
    block(16, 24, 3, 2),
    block(24, 24, 3, 1),
    block(24, 40, 5, 2),
    block(40, 40, 5, 1),
    block(40, 80, 3, 2),
    block(80, 80, 3, 1),
    new AvgPool2d(4),
    new Flatten(),
    new Linear(80, 10),
  );
  return classifier(model, [16, 3, 64, 64]);
}

/** Each pixel four times: [N, C, H, W] -> [N, C, 2H, 2W]. */
function doubled(x) {
  const [n, c, h, w] = x.shape;
  return x
    .reshape([n, c, h, 1, w, 1])
    .expand([n, c, h, 2, w, 2])
    .reshape([n, c, 2 * h, 2 * w]);
}

/** A U-Net of three levels (Ronneberger et al. 2015, arXiv:1505.04597), 64 × 64 pixels, batch 4. */
function unet() {
  class Level extends Module {
    constructor(from, width, inner) {
      super();
      this.down = new Sequential(...normed(from, width, 3), new ReLU(), ...normed(width, width, 3), new ReLU());
      this.pool = new MaxPool2d(2);
      this.inner = inner(width);
      this.up = new Sequential(...normed(2 * width, width, 3), new ReLU());
      this.join = new Sequential(...normed(2 * width, width, 3), new ReLU());
    }
    forward(x) {
      const left = this.down.forward(x);
      const right = this.up.forward(doubled(this.inner.forward(this.pool.forward(left))));
      return this.join.forward(concat([left, right], 1));
    }
  }
  const bottom = (from) => new Sequential(...normed(from, 2 * from, 3), new ReLU());
  const levels = new Level(1, 16, (from) => new Level(from, 32, (from) => new Level(from, 64, bottom)));
  const model = new Sequential(levels, new Conv2d(16, 1, 1));
  const optimizer = new SGD(model.parameters(), { lr: 0.01 });
  const train = step((x, y) => mseLoss(model.forward(x), y), optimizer);
  return { train, batch: [rand([4, 1, 64, 64]), rand([4, 1, 64, 64])] };
}

/** Each net: what it is, how it is made, and the project's goals: `compile` in ms, `share` of the limit. */
export const nets = new Map([
  ["gpt-1", { title: "GPT, 1 block of width 128, 4 heads, 64 symbols, batch 12", make: () => gpt(1), goal: {} }],
  ["gpt-4", { title: "the same, 4 blocks", make: () => gpt(4), goal: { share: 0.88 } }],
  ["gpt-12", { title: "the same, 12 blocks", make: () => gpt(12), goal: { compile: 250 } }],
  ["lstm", { title: "LSTM 16 → 64 over 100 steps, batch 32", make: lstm, goal: {} }],
  ["resnet-18", { title: "ResNet-18, 64 × 64 pixels, batch 16", make: resnet, goal: { compile: 600, share: 0.88 } }],
  ["mobile", { title: "inverted residuals with depthwise 3×3 and 5×5, 64 × 64, batch 16", make: mobile, goal: {} }],
  ["u-net", { title: "U-Net of three levels, 64 × 64, batch 4", make: unet, goal: {} }],
]);
