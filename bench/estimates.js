// The estimated times of kernels (src/schedule/cost) beside those that profile() measures, on one thread: the kernels of the training steps
// of works.js and of a transformer's block, and functions of float32 and float64. Figures are the best of several rounds. The rates in
// time.ts and the costs in instructions.ts are those with which the ratios are near 1.
//
//   node bench/estimates.js [rounds]

import { wasm } from "../dist/backends/wasm/backend.js";
import { hasFusedMultiplyAdd } from "../dist/backends/wasm/features.js";
import { registerBackend } from "../dist/compiler/compile.js";
import { fuse } from "../dist/compiler/fuse.js";
import { inPlace } from "../dist/compiler/in-place.js";
import { multiply } from "../dist/compiler/one-by-one.js";
import { split } from "../dist/compiler/split.js";
import * as chainrule from "../dist/index.js";
import { minPositions, splitLimits } from "../dist/schedule/limits.js";
import { scheduleProgram } from "../dist/schedule/program.js";
import { trainingStep } from "../test/training-step.js";
import { countIn } from "./arguments.js";
import { netOf } from "./training.js";
import { nets } from "./works.js";

const rounds = countIn(process.argv.slice(2), { name: "rounds", fallback: 10 });
const minUs = 5; // profile() measures microseconds

let schedules = [];
registerBackend({
  ...wasm,
  prepare(graph, states, options) {
    const machine = { relaxed: options.relaxed && hasFusedMultiplyAdd(), winograd: false, threads: 1 };
    schedules = scheduleProgram(inPlace(fuse(multiply(split(graph, splitLimits), minPositions))), machine).schedules;
    return wasm.prepare(graph, states, options);
  },
});

const { compile, rand, tensor } = chainrule;
const one = { threads: 1 };
const cases = [
  ...nets.map((work) => {
    const labels = tensor(
      Array.from({ length: work.input[0] }, (_, i) => i % 10),
      { dtype: "int32" },
    );
    return { name: work.name, f: netOf(chainrule, work).train, args: [rand(work.input), labels] };
  }),
  { name: "block", f: blockOf(128, 4), args: [rand([8, 64, 128])] },
  {
    name: "float32",
    f: (x) => [
      x.exp(),
      x.log(),
      x.pow(2.5),
      x.sqrt(),
      x.div(x.add(2)),
      x.permute([1, 0]).add(1),
      x.cumsum(1),
      x.sum(0),
    ],
    args: [rand([256, 512])],
  },
  {
    name: "float64",
    f: (x) => [x.exp(), x.div(x.add(2)), x.mul(x).sum(1)],
    args: [rand([128, 256], { dtype: "float64" })],
  },
  { name: "top-k", f: (x) => [x.topk(5, 1).indices, x.topk(100, 1).indices], args: [rand([64, 512])] },
];

const ratios = { nest: [], product: [], topk: [] };
for (const { name, f, args } of cases) {
  const step = compile(f, one);
  step(...args);
  const own = schedules;
  const best = own.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round++) {
    const lines = step.profile(...args).split("\n");
    for (const i of own.keys()) best[i] = Math.min(best[i], Number(/ ([\d.]+)(?: |$)/.exec(lines[i + 2])?.[1]));
  }
  for (const [i, { kind, kernel, time }] of own.entries()) {
    if (!(best[i] >= minUs)) continue;
    const ratio = time / 1e3 / best[i];
    const family = { matmul: "product", convolution: "product", topk: "topk" }[kind] ?? "nest";
    ratios[family].push(ratio);
    const figures = [(time / 1e3).toFixed(1), best[i].toFixed(1), ratio.toFixed(2)].map((text) => text.padStart(9));
    console.log(name.padEnd(8), kernel.name.padEnd(26), ...figures);
  }
}
for (const [family, all] of Object.entries(ratios)) {
  const sorted = all.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.floor(share * (sorted.length - 1))].toFixed(2);
  console.log(
    `${family}: ${all.length} kernels, estimated / measured ${at(0.1)} – ${at(0.5)} – ${at(0.9)} (tenth, median, nine tenths)`,
  );
}

/** The training step of a transformer's block. */
function blockOf(width, heads) {
  const { AdamW, LayerNorm, Linear, MultiheadAttention } = chainrule;
  const parts = [
    new LayerNorm(width),
    new MultiheadAttention(width, heads),
    new Linear(width, 4 * width),
    new Linear(4 * width, width),
  ];
  const [norm, attention, wide, narrow] = parts;
  const optimizer = new AdamW(parts.flatMap((part) => part.parameters()));
  return trainingStep((x) => {
    const y = x.add(attention.forward(norm.forward(x)));
    return y
      .add(narrow.forward(wide.forward(y).gelu()))
      .square()
      .mean();
  }, optimizer);
}
