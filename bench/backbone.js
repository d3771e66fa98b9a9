// Features of pictures: EfficientNet-Lite0 at 224 × 224 in evaluation mode, compiled, beside PyTorch on as many threads. Both sides have the
// weights of chainrule-backbone, and their features have to agree before they are timed in alternating rounds. Figures come
// from the shortest times, since other work of the machine only adds time. The second table has the speed of each kind of layer as a share of a
// thread's limit (src/backends/wasm/limit.ts). Writes backbone.md.
//
//   node bench/backbone.js [rounds] [--threads 1,2] [--batches 1,16] [--no-peers]
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { efficientnetLite0 } from "chainrule-backbone";
import { compile, noGrad, tensor, threadsReady } from "../dist/index.js";
import { readBackbone } from "../dist/model/index.js";
import { countIn, fail, threadsIn } from "./arguments.js";
import { machine, percent, table, times } from "./markdown.js";
import { Side } from "./side-process.js";
import { median, sum } from "./statistics.js";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: "string", default: "1,2" },
    batches: { type: "string", default: "1,4,16" },
    "no-peers": { type: "boolean", default: false },
  },
});
const rounds = countIn(positionals, { name: "rounds", fallback: 9 });
/** Between the sides: until the threads of the one before sleep, which wait for work in a loop for a while. */
const pauseMs = 100;
const tolerance = 1e-4;
const size = 224;

const { net, prepare } = readBackbone(readFileSync(efficientnetLite0));
await threadsReady();

const pixelsOf = (batch) =>
  Uint8Array.from({ length: batch * 3 * size * size }, (_, i) => (i * 7919 + Math.floor(i / 32) * 31) % 256);

/** The features of `batch` pictures on this number of threads, as a function that computes them. */
function ownSide(batch, threads) {
  const pictures = tensor(pixelsOf(batch), { shape: [batch, 3, size, size] });
  const run = compile((x) => noGrad(() => net.forward(prepare(x))), { threads });
  return { run: () => run(pictures).data, profile: () => run.profile(pictures) };
}

async function peer(batch, threads) {
  const script = fileURLToPath(new URL("peers/backbone.py", import.meta.url));
  const side = new Side({ label: "PyTorch", command: ["python3", script], threads });
  const answer = await side.begin({ file: fileURLToPath(efficientnetLite0), batch });
  if (answer === null) fail(side.failure);
  return { side, features: answer.features };
}

function check(found, expected) {
  const step = Math.floor(found.length / 64);
  const largest = Math.max(...expected.map(Math.abs));
  for (const [i, value] of expected.entries())
    if (!(Math.abs(found[i * step] - value) <= tolerance * largest))
      fail(`feature ${i * step} is ${found[i * step]}, PyTorch's ${value}`);
}

const rows = [];
for (const batch of threadsIn(options.batches)) {
  for (const threads of threadsIn(options.threads)) {
    const own = ownSide(batch, threads);
    const other = options["no-peers"] ? null : await peer(batch, threads);
    if (other) check(own.run(), other.features);
    const [ownMs, otherMs] = [[], []];
    for (let round = -2; round < rounds; round++) {
      await setTimeout(pauseMs);
      const start = performance.now();
      own.run();
      const ms = performance.now() - start;
      await setTimeout(pauseMs);
      const answer = other && (await other.side.ask({}));
      if (round < 0) continue;
      ownMs.push(ms);
      if (answer) otherMs.push(answer.ms);
    }
    other?.side.stop();
    const speed = (samples) => (1e3 * batch) / Math.min(...samples);
    const [mine, theirs] = [speed(ownMs), other && speed(otherMs)];
    const compared = other ? [theirs.toFixed(1), times(mine / theirs)] : ["", ""];
    rows.push([`${batch}`, `${threads}`, mine.toFixed(1), ...compared]);
  }
}

/** Kinds of layers, by what profile() says of a kernel. */
const kinds = {
  pointwise: (name) => name.startsWith("matmul"),
  depthwise: (name, plan) => name.startsWith("conv") && plan.includes("depthwise"),
  stem: (name) => name.startsWith("conv"),
  other: () => true,
};

/** The kernels of profiles: names, plans, operations and the shortest of their times, in microseconds. */
function kernelsOf(profiles) {
  const parsed = profiles.map((text) =>
    text.split("\n").flatMap((line) => {
      const [, name, us, rest] = /^(\w+) +(\d+) {2,}(.*)$/.exec(line) ?? [];
      return name === undefined || name === "total" ? [] : [{ name, us: Number(us), plan: rest }];
    }),
  );
  return parsed[0].map((kernel, i) => ({ ...kernel, us: Math.min(...parsed.map((kernels) => kernels[i].us)) }));
}

function sharesOf(batch) {
  const { run, profile } = ownSide(batch, 1);
  run();
  const profiles = Array.from({ length: rounds }, profile);
  const limits = profiles.map((text) => Number(/limit of one thread: ([\d.]+)/.exec(text)?.[1]));
  const kernels = kernelsOf(profiles);
  const total = sum(kernels.map(({ us }) => us));
  const first = kernelsOf(profiles.slice(0, 1));
  const operations = first.map(({ us, plan }) => us * Number(/^([\d.]+) +\d+ %/.exec(plan)?.[1] ?? 0) * 1e3);
  const left = new Set(kernels.keys());
  return Object.entries(kinds).map(([kind, belongs]) => {
    const own = [...left].filter((i) => belongs(kernels[i].name, kernels[i].plan));
    for (const i of own) left.delete(i);
    const us = sum(own.map((i) => kernels[i].us));
    const speed = sum(own.map((i) => operations[i])) / us / 1e3;
    const figures = speed > 0 ? [speed.toFixed(1), percent(speed / median(limits))] : ["", ""];
    return [`${batch}`, kind, (us / 1e3).toFixed(1), percent(us / total), ...figures];
  });
}

const lines = [
  "# Features of pictures",
  "",
  `Made by \`node bench/backbone.js\` (${machine}): EfficientNet-Lite0, ${size} × ${size}, float32.`,
  "",
  ...table(["batch", "threads", "pictures/s", "PyTorch", "ratio"], rows),
  "",
  "The layers on one thread:",
  "",
  ...table(
    ["batch", "layers", "ms", "of the time", "GFLOP/s", "share of the limit"],
    threadsIn(options.batches).flatMap(sharesOf),
  ),
];
console.log(lines.join("\n"));
writeFileSync(new URL("backbone.md", import.meta.url), `${lines.join("\n")}\n`);
process.exit();
