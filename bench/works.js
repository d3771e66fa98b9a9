// The works that each side of a bench does: training steps of three nets and square matrix products, in float32. All sides get the same
// weights and data, from a generator that uses 32-bit integers alone. `losses` are the losses of the first steps in float64, computed by
// PyTorch (`node bench/steps.js --expect` prints them); a side has to give them before it is timed. Four steps are enough: Adam's first
// steps divide by the size of the gradient, which amplifies rounding errors, so later losses would differ more.

export const linear = (from, to) => ({ kind: "linear", from, to });
export const conv = (from, to, kernel, padding) => ({ kind: "conv", from, to, kernel, padding });
export const relu = { kind: "relu" };
export const pool = { kind: "pool" }; // max pooling over 2×2
export const flatten = { kind: "flatten" };
/** The layers of a transformer: embeddings of symbols and places, blocks, and the logits of the next symbol at every place. */
export const transformer = ({ symbols, length, width, heads, blocks }) => [
  { kind: "embedding", symbols, length, width },
  ...Array.from({ length: blocks }, () => [
    { kind: "attention", width, heads },
    { kind: "mlp", width, hidden: 4 * width },
  ]).flat(),
  { kind: "norm", width },
  linear(width, symbols),
  { kind: "rows" }, // [batch, length, symbols] -> [batch · length, symbols]
];
const gpt = { symbols: 65, length: 64, width: 128, heads: 4, blocks: 4 };
const sgd = { kind: "sgd", lr: 0.1 };
const adam = { kind: "adam", lr: 1e-3 };
const adamw = { kind: "adamw", lr: 1e-3 };

/**
 * goal: the project's goals: `share` of the limit with one thread, `faster`: the speed-up with two, `compile` in ms, `call` in µs.
 * processes: the number of fresh processes, default 5. sides: the labels of the sides that do the work; all without it.
 */
export const works = [
  {
    name: "W1",
    title: "MLP 784-128-10, ReLU, batch 64, SGD",
    input: [64, 784],
    layers: [linear(784, 128), relu, linear(128, 10)],
    optimizer: sgd,
    losses: [2.3237296694151115, 2.3276198226665126, 2.3054937672559754, 2.3183078854451526],
    goal: { share: 0.75, faster: 1.6, compile: 60 },
  },
  {
    name: "W2",
    title: "1×28×28, conv 1→8 and 8→16 of 5×5, each with ReLU and pool, linear 784→10, batch 64, Adam",
    input: [64, 1, 28, 28],
    layers: [conv(1, 8, 5, 2), relu, pool, conv(8, 16, 5, 2), relu, pool, flatten, linear(784, 10)],
    optimizer: adam,
    losses: [2.3204409919075757, 2.292096573864844, 2.3251083526173093, 2.3116499333005116],
    goal: { share: 0.65, faster: 1.85, compile: 100 },
  },
  {
    name: "W3",
    title: "3×32×32, conv 3→32, 32→32, pool, 32→64, pool, of 3×3 with ReLU, linear 4096→10, batch 32, Adam",
    input: [32, 3, 32, 32],
    layers: [
      conv(3, 32, 3, 1),
      relu,
      conv(32, 32, 3, 1),
      relu,
      pool,
      conv(32, 64, 3, 1),
      relu,
      pool,
      flatten,
      linear(4096, 10),
    ],
    optimizer: adam,
    losses: [2.3052748292782628, 2.3674422149553296, 2.3121166588081934, 2.3372325769954254],
    goal: { share: 0.75, faster: 1.85 },
    processes: 3,
  },
  {
    name: "GPT",
    title: "transformer of 4 blocks, width 128, 4 heads, 65 symbols, length 64, batch 12, AdamW",
    sequences: gpt,
    input: [12, gpt.length],
    layers: transformer(gpt),
    optimizer: adamw,
    losses: [4.347303425778892, 4.302417322713948, 4.3206469284161875, 4.3104575551005935],
    goal: { share: 0.88, faster: 1.85 },
    sides: ["chainrule", "chainrule, XLA", "PyTorch"],
    processes: 3,
  },
  ...[
    [64, 0.5],
    [256, 0.8],
    [512, 0.85],
    [1024, 0.85, 1.85],
  ].map(([size, share, faster]) => ({ name: `W4 ${size}`, title: `matmul ${size}`, size, goal: { share, faster } })),
  { name: "call", title: "a program that does next to no work, chainrule alone", call: true, goal: { call: 10 } },
];

/** The works whose names, or the first words of their names, are in the comma-separated list `only`; all works without one. */
export function chosenFrom(all, only) {
  const words = only?.split(",");
  const called = ({ name }) => [name, name.split(" ")[0]];
  for (const word of words ?? []) {
    if (!works.some((work) => called(work).includes(word)))
      throw new Error(`--only ${only}: there are ${works.map(({ name }) => name).join(", ")}`);
  }
  return all.filter((work) => words?.some((word) => called(work).includes(word)) ?? true);
}

/** The nets that every side can train. */
export const nets = works.filter(({ layers, sides }) => layers && !sides);

const batches = 4; // steps use them in turn, so that no side can reuse the results of the last step
const minOperations = 2e7; // floating-point operations between two readings of the clock

/** The floating-point operations of one step: twice the multiply-adds of matmul and convolution, forward and both gradients. */
export function operationsOf({ input, layers, size, sequences }) {
  if (size) return 2 * size ** 3;
  if (sequences) return operationsOfTransformer(input[0], sequences);
  let [batch, , height = 1, width = 1] = input;
  let total = 0;
  for (const [i, { kind, from, to, kernel = 1 }] of layers.entries()) {
    if (kind === "pool") [height, width] = [height / 2, width / 2];
    if (kind === "flatten") [height, width] = [1, 1];
    if (kind !== "linear" && kind !== "conv") continue;
    const passes = i === 0 ? 2 : 3; // the images need no gradient
    total += passes * 2 * batch * height * width * from * to * kernel ** 2;
  }
  return total;
}

/** Each place has 12 · width² weights in a block, and width · symbols at the end; attention has two products of length × length × width. */
function operationsOfTransformer(batch, { symbols, length, width, blocks }) {
  const weights = blocks * 12 * width ** 2 + width * symbols;
  return 3 * 2 * batch * length * (weights + blocks * 2 * length * width);
}

/** The shapes of a layer's parameters, in PyTorch's order, with the bound of their random numbers and what is added to these. */
function parametersOf({ kind, from, to, kernel = 1, symbols, length, width, hidden }) {
  const product = (shape, inputs) => [
    { shape, bound: 1 / Math.sqrt(inputs) },
    { shape: [shape[0]], bound: 1 / Math.sqrt(inputs) },
  ];
  const norm = [
    { shape: [width], bound: 0.1, plus: 1 },
    { shape: [width], bound: 0.1 },
  ];
  switch (kind) {
    case "linear":
      return product([to, from], from);
    case "conv":
      return product([to, from, kernel, kernel], from * kernel ** 2);
    case "embedding":
      return [symbols, length].map((count) => ({ shape: [count, width], bound: 1 }));
    case "attention":
      return [...norm, ...product([3 * width, width], width), ...product([width, width], width)];
    case "mlp":
      return [...norm, ...product([hidden, width], width), ...product([width, hidden], hidden)];
    case "norm":
      return norm;
    default:
      return [];
  }
}

/** The question that sends a side its work: one line of JSON, with numbers in base64. */
export function questionOf({ name, input, layers, optimizer, size, call, sequences }) {
  if (call) return { name, call, repeats: 100 };
  const uniform = generator(1);
  const tensor = (shape, bound, plus = 0) => {
    const values = new Float32Array(shape.reduce((product, length) => product * length, 1));
    for (let i = 0; i < values.length; i++) values[i] = (2 * uniform() - 1) * bound + plus;
    return { shape, data: base64(values) };
  };
  if (size) {
    const repeats = Math.ceil(minOperations / (2 * size ** 3));
    return { name, size, repeats, a: tensor([size, size], 1), b: tensor([size, size], 1) };
  }
  const parameters = layers.flatMap(parametersOf).map(({ shape, bound, plus }) => tensor(shape, bound, plus));
  const whole = (count, below) => Array.from({ length: count }, () => Math.floor(below * uniform()));
  const data = Array.from({ length: batches }, () =>
    sequences
      ? textOf(input, whole(input[0] * (input[1] + 1), sequences.symbols))
      : { images: tensor(input, 1), labels: whole(input[0], 10) },
  );
  return { name, layers, optimizer, parameters, batches: data };
}

/** Rows of length + 1 symbols: all but the last are the input, all but the first what is to be predicted. */
function textOf([batch, length], symbols) {
  const rows = Array.from({ length: batch }, (_, i) => symbols.slice(i * (length + 1), (i + 1) * (length + 1)));
  return {
    images: { shape: [batch, length], whole: rows.flatMap((row) => row.slice(0, -1)) },
    labels: rows.flatMap((row) => row.slice(1)),
  };
}

/** 64 positions in a matrix product's result, and the elements there, summed in float64. */
export function entriesOf({ size, a, b }) {
  const [left, right] = [a, b].map(numbersOf);
  const places = Array.from({ length: 64 }, (_, i) => (i * 7919 * 131 + (i % 2) * (size - 1)) % size ** 2);
  const values = places.map((place) => {
    const [row, column] = [Math.floor(place / size), place % size];
    let sum = 0;
    for (let k = 0; k < size; k++) sum += left[row * size + k] * right[k * size + column];
    return sum;
  });
  return { places, values };
}

/** A tensor of a question as float32. */
export const numbersOf = ({ data }) => new Float32Array(Uint8Array.from(atob(data), (c) => c.charCodeAt(0)).buffer);

function base64({ buffer }) {
  return Buffer.from(buffer).toString("base64");
}

/** mulberry32: uniform in [0, 1), 32 bits of state. */
function generator(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}
