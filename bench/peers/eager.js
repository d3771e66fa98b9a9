// chainrule's side of bench/eager.js: answers each line of JSON with a line of JSON. The command line names the folder of the library, so
// that two versions of it can be compared. Inputs are functions of the element's index, the same as in eager.py.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const c = await import(`${pathToFileURL(process.argv[2]).href}/index.js`);

/** A tensor with element i = (i · 7919 mod 10007) / 5003.5 - 1, in [-1, 1), the same in both languages. */
function pattern(...shape) {
  const size = shape.reduce((product, n) => product * n, 1);
  return c.tensor(
    Float32Array.from({ length: size }, (_, i) => ((i * 7919) % 10007) / 5003.5 - 1),
    { shape },
  );
}

/** Four elements, spread over the tensor. */
const sample = ({ data }) => [0, 1, 2, 3].map((i) => data[Math.floor((i * (data.length - 1)) / 3)]);

const two = () => [pattern(1000, 1000), pattern(1000, 1000).add(2)];
const logits = () => pattern(50257);

function parameters() {
  return Array.from({ length: 6 }, () => {
    const parameter = pattern(64, 64);
    parameter.requiresGrad = true;
    parameter.grad = pattern(64, 64);
    return parameter;
  });
}

function adam(all) {
  const optimizer = new c.Adam(all);
  return () => {
    optimizer.step();
    return all[5];
  };
}

/** Linear 64-64-64-10 with ReLU, a batch of 64, cross entropy. */
function trainingStep(makeOptimizer) {
  const layers = [new c.Linear(64, 64), new c.ReLU(), new c.Linear(64, 64), new c.ReLU(), new c.Linear(64, 10)];
  const model = new c.Sequential(...layers);
  for (const parameter of model.parameters()) parameter.assign(pattern(...parameter.shape).mul(0.125));
  const x = pattern(64, 64);
  const labels = c.tensor(Int32Array.from({ length: 64 }, (_, i) => i % 10));
  const optimizer = makeOptimizer(model.parameters());
  return () => {
    optimizer.zeroGrad();
    const loss = c.crossEntropy(model.forward(x), labels);
    loss.backward();
    optimizer.step();
    return loss;
  };
}

/** The convolutions, batch norms and the linear layer of ResNet-18 (He et al. 2016), 11.7 million parameters. */
function resnet18() {
  const parts = [new c.Conv2d(3, 64, 7, { bias: false }), new c.BatchNorm2d(64)];
  let from = 64;
  for (const to of [64, 128, 256, 512]) {
    for (const [a, b] of [
      [from, to],
      [to, to],
      [to, to],
      [to, to],
    ])
      parts.push(new c.Conv2d(a, b, 3, { bias: false }), new c.BatchNorm2d(b));
    if (from !== to) parts.push(new c.Conv2d(from, to, 1, { bias: false }), new c.BatchNorm2d(to));
    from = to;
  }
  parts.push(new c.Linear(512, 1000));
  return parts;
}

/** The parameters of a GPT: embeddings, and in each block two layer norms, attention and an MLP of 4 · width. */
function gpt({ words, length, width, blocks }) {
  const parts = [new c.Embedding(words, width), new c.Embedding(length, width)];
  for (let i = 0; i < blocks; i++) {
    parts.push(new c.LayerNorm(width), new c.Linear(width, 3 * width), new c.Linear(width, width));
    parts.push(new c.LayerNorm(width), new c.Linear(width, 4 * width), new c.Linear(4 * width, width));
  }
  parts.push(new c.LayerNorm(width));
  return parts;
}

const withInputs =
  (f, ...inputs) =>
  () =>
    f(...inputs);

/**
 * Each case returns the function that is timed, which returns a tensor to compare, or nothing. Random tensors are compared after
 * manualSeed(1).
 */
const cases = {
  add: () => withInputs((a, b) => a.add(b), ...two()),
  "mul by a number": () => withInputs((a) => a.mul(0.5), ...two()),
  "add a row": () => withInputs((a, row) => a.add(row), pattern(1000, 1000), pattern(1000)),
  relu: () => withInputs((a) => a.relu(), ...two()),
  exp: () => withInputs((a) => a.exp(), ...two()),
  tanh: () => withInputs((a) => a.tanh(), ...two()),
  sum: () => withInputs((_, b) => b.sum(), ...two()),
  "sum over rows": () => withInputs((_, b) => b.sum(0), ...two()),
  max: () => withInputs((a) => a.max(1), ...two()),
  softmax: () => withInputs((a) => a.softmax(1), ...two()),
  transpose: () => withInputs((a) => a.transpose(), pattern(1000, 1000)),
  "topk 40 of 50257": () => withInputs((x) => x.topk(40).values, logits()),
  rand: () => () => c.rand([1000, 1000]),
  randn: () => () => c.randn([1000, 1000]),
  "randperm 60000": () => () => c.randperm(60000),
  "multinomial 1 of 50257": () => withInputs((p) => c.multinomial(p, 1), logits().softmax()),
  "zeros 2^28": () => () => void c.zeros([2 ** 28]),
  "Adam, six of 64 × 64": () => adam(parameters()),
  "MLP step, SGD": () => trainingStep((all) => new c.SGD(all, { lr: 0.1 })),
  "MLP step, Adam": () => trainingStep((all) => new c.Adam(all)),
  "Embedding 50000 × 64": () => () => new c.Embedding(50000, 64).weight,
  "GPT of 0.8 M": () => () => void gpt({ words: 65, length: 128, width: 128, blocks: 4 }),
  "ResNet-18, 11.7 M": () => () => void resnet18(),
  "GPT-2, 124 M": () => () => void gpt({ words: 50257, length: 1024, width: 768, blocks: 12 }),
};

let run = null;
for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  if ("case" in question) {
    c.manualSeed(1);
    run = c.noGrad(cases[question.case]);
    if (question.case.startsWith("MLP")) run = cases[question.case]();
    if (question.sample === false) console.log(JSON.stringify({ values: [] }));
    else {
      const result = run();
      console.log(JSON.stringify({ values: result ? sample(result) : [] }));
    }
  } else {
    const milliseconds = [];
    for (let i = 0; i < question.run; i++) {
      const start = performance.now();
      run();
      milliseconds.push(performance.now() - start);
    }
    console.log(JSON.stringify({ milliseconds }));
  }
}
