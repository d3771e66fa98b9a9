// Single operations that the other benchmarks do not have, beside PyTorch on one thread: sorting, einsum, convolutions of sequences, transposed
// convolutions, resizing, distances, linear algebra; and LBFGS on Rosenbrock's function. Both sides make their inputs by the same formula, and a
// sample of the results has to agree before anything is timed. Rounds alternate between the two; figures are the quiet tenth of each.
//
//   node bench/operations.js [rounds] [--only sort,eigh]      needs Python 3 ($PYTHON, default python3) with torch
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import * as chainrule from "chainrule";
import { countIn, fail } from "./arguments.js";
import { machine, short, table, times } from "./markdown.js";
import { startPeer } from "./python-peer.js";
import { quietTenth } from "./statistics.js";

const C = chainrule;
const { compile, grad, LBFGS, tensor } = chainrule;
const { values: options, positionals } = parseArgs({ allowPositionals: true, options: { only: { type: "string" } } });
const rounds = countIn(positionals, { name: "rounds", fallback: 20 });

/** Numbers of [-0.5, 0.5) that look random: 7919 i mod 10007, moved and scaled. `which` numbers the inputs of an operation. */
function numbers(shape, which) {
  const size = shape.reduce((product, n) => product * n, 1);
  const value = (i) => (((i + 13 * which) * 7919) % 10007) / 10007 - 0.5;
  return tensor(
    Float32Array.from({ length: size }, (_, i) => value(i)),
    { shape },
  );
}
const withGradients =
  (f) =>
  (...inputs) =>
    grad((x, ...others) => f(x, ...others).sum())(...inputs);
const conv1d = (x, w) => C.conv1d(x, w, null, { padding: 2 });
const upsampled = (mode) => (x) => C.interpolate(x, { scaleFactor: 2, mode });
const transposed = (x, w) => C.convTranspose2d(x, w, null, { stride: 2, padding: 1 });
const symmetric = (x) => x.add(x.transpose());
const [image, sequence] = [
  [8, 64, 32, 32],
  [16, 64, 512],
];

/** name: the shapes of its inputs, and what it computes. PyTorch's side has the same names. */
const works = {
  "sort 1,000,000": [[[1e6]], (x) => C.sort(x).values],
  "topk 100 of 1,000,000": [[[1e6]], (x) => x.topk(100).values],
  "einsum bij,bjk->bik, 32 × 64³": [
    [
      [32, 64, 64],
      [32, 64, 64],
    ],
    (x, y) => C.einsum("bij,bjk->bik", x, y),
  ],
  "einsum bqhd,bkhd->bhqk, 4 × 64 × 8 × 32": [
    [
      [4, 64, 8, 32],
      [4, 64, 8, 32],
    ],
    (x, y) => C.einsum("bqhd,bkhd->bhqk", x, y),
  ],
  "einsum ijk,jl,km->ilm, 64³": [
    [
      [64, 64, 64],
      [64, 64],
      [64, 64],
    ],
    (x, y, z) => C.einsum("ijk,jl,km->ilm", x, y, z),
  ],
  "conv1d 64 → 64, 5, 16 × 512": [[sequence, [64, 64, 5]], conv1d],
  "its gradient": [[sequence, [64, 64, 5]], withGradients(conv1d)],
  "conv3d 16 → 32, 3, 2 × 16³": [
    [
      [2, 16, 16, 16, 16],
      [32, 16, 3, 3, 3],
    ],
    (x, w) => C.conv3d(x, w, null, { padding: 1 }),
  ],
  "convTranspose2d 64 → 32, 4, 8 × 32²": [[image, [64, 32, 4, 4]], transposed],
  "interpolate bilinear × 2, 8 × 64 × 32²": [[image], upsampled("bilinear")],
  "interpolate bicubic × 2, 8 × 64 × 32²": [[image], upsampled("bicubic")],
  "cdist 1,000 × 1,000, 64": [
    [
      [1000, 64],
      [1000, 64],
    ],
    (x, y) => C.cdist(x, y),
  ],
  "solve 128": [
    [
      [128, 128],
      [128, 8],
    ],
    (x, y) => C.solve(x.add(C.eye(128).mul(8)), y),
  ],
  "eigh 32": [[[32, 32]], (x) => C.eigh(symmetric(x)).eigenvalues],
  "svd 32": [[[32, 32]], (x) => C.svd(x).s],
};

/** Twenty steps of LBFGS from (-1.5, 2) towards the minimum of (1 - x)² + 100 (y - x²)² at (1, 1). */
function rosenbrock() {
  const p = tensor([-1.5, 2], { dtype: "float64", requiresGrad: true });
  const optimizer = new LBFGS([p], { lineSearchFn: "strongWolfe" });
  const loss = () => {
    const [x, y] = [p.slice(0), p.slice(1)];
    return x.neg().add(1).square().add(y.sub(x.square()).square().mul(100));
  };
  for (let i = 0; i < 20; i++)
    optimizer.step(() => {
      optimizer.zeroGrad();
      const value = loss();
      value.backward();
      return value;
    });
  return p;
}

/** Every n-th number of the result, 1,000 at most. */
function sample({ data, size }) {
  const step = Math.max(1, Math.floor(size / 1000));
  return Array.from({ length: Math.floor((size - 1) / step) + 1 }, (_, i) => data[i * step]);
}

async function measure(peer, name, run) {
  const theirs = (await peer.ask({ name })).sample;
  const ours = sample(run());
  const largest = Math.max(...theirs.map(Math.abs));
  const wrong = ours.findIndex((value, i) => !(Math.abs(value - theirs[i]) <= 1e-4 * largest));
  if (ours.length !== theirs.length || wrong >= 0) fail(`${name}: ${ours[wrong]} and ${theirs[wrong]} at ${wrong}`);
  for (let i = 0; i < 5; i++) run();
  const count = Math.max(1, Math.round(20 / quietTenth((await peer.ask({ times: 3 })).milliseconds)));
  const [own, other] = [[], []];
  for (let round = 0; round < rounds; round++) {
    other.push(...(await peer.ask({ times: count })).milliseconds);
    for (let i = 0; i < count; i++) {
      const start = performance.now();
      run();
      own.push(performance.now() - start);
    }
  }
  return [name, short(quietTenth(own)), short(quietTenth(other)), times(quietTenth(other) / quietTenth(own))];
}

const all = new Map(
  Object.entries(works).map(([name, [shapes, f]]) => {
    const program = compile(f, { threads: 1 });
    const inputs = shapes.map(numbers);
    return [name, () => program(...inputs)];
  }),
);
all.set("20 steps of LBFGS, Rosenbrock", rosenbrock);
const wanted = options.only?.split(",");
const peer = startPeer("operations_pytorch.py");
const rows = [];
for (const [name, run] of all)
  if (wanted === undefined || wanted.some((word) => name.includes(word))) rows.push(await measure(peer, name, run));
peer.stop();
const text = [
  "# Single operations",
  "",
  `Made by \`node bench/operations.js\` on ${machine}; milliseconds on one thread, the quiet tenth of ${rounds} rounds beside PyTorch.`,
  "",
  "PyTorch's kernels use the processor's vectors of 8 or 16 numbers, WebAssembly has vectors of 4: products at its limit take two to four times as long.",
  "",
  ...table(["one thread, ms", "chainrule", "PyTorch", "faster"], rows, 1),
];
console.log(text.join("\n"));
if (wanted === undefined) writeFileSync(new URL("operations.md", import.meta.url), `${text.join("\n")}\n`);
