// Eager operations, without `compile`, in chainrule and in PyTorch on one thread: large elementwise ops and reductions, random numbers,
// initialising models, optimisers, and whole steps of a small net. Each case first has to agree with PyTorch; a case that draws random
// numbers has to give the bits of another version of this library, if one is named. Then the sides are timed in alternating rounds. The
// figure is the minimum, since other work of the machine only adds time. Writes eager.md.
//
//   node bench/eager.js [rounds] [--before FOLDER] [--only NAME] [--no-peers] [--out FILE]
//
// --before: the folder dist of another version, which is timed in the same rounds. --only: the cases whose names begin with one of these
// texts, separated by commas.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { countIn, fail } from "./arguments.js";
import { machine, short, table } from "./markdown.js";
import { Side } from "./side-process.js";

/**
 * The cases. goal: the ratio to PyTorch's time that the project aims at. random: the case draws random numbers. slow: a few rounds of one
 * run each. huge: two rounds, without comparing values.
 */
const works = [
  { name: "add", goal: 3 },
  { name: "mul by a number", goal: 3 },
  { name: "add a row", goal: 3 },
  { name: "relu", goal: 3 },
  { name: "exp", goal: 3 },
  { name: "tanh", goal: 3 },
  { name: "sum", goal: 3 },
  { name: "sum over rows", goal: 3 },
  { name: "max", goal: 3 },
  { name: "softmax", goal: 3 },
  { name: "transpose", goal: 3 },
  { name: "topk 40 of 50257" },
  { name: "rand", goal: 3, random: true },
  { name: "randn", goal: 3, random: true },
  { name: "randperm 60000", random: true },
  { name: "multinomial 1 of 50257", random: true },
  { name: "zeros 2^28", goal: 3, slow: true },
  { name: "Adam, six of 64 × 64", goal: 5 },
  { name: "MLP step, SGD", goal: 5 },
  { name: "MLP step, Adam", goal: 5 },
  { name: "Embedding 50000 × 64", goal: 3, random: true, slow: true },
  { name: "GPT of 0.8 M", slow: true },
  { name: "ResNet-18, 11.7 M", slow: true },
  { name: "GPT-2, 124 M", huge: true },
];
const tolerance = 1e-4; // relative error of a value; absolute for values below 1
const chunkMs = 30; // time for which a side runs at a time
const warmUpMs = 300; // time that each side runs before the first round, until the engine has optimised the code

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    before: { type: "string" },
    only: { type: "string" },
    "no-peers": { type: "boolean", default: false },
    out: { type: "string" },
  },
});
const rounds = countIn(positionals, { name: "rounds", fallback: 15 });

const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const library = (label, folder) => ({
  label,
  command: [process.execPath, "--max-old-space-size=8192", file("peers/eager.js"), folder],
});
const sides = [
  ...(options.before ? [library("before", options.before)] : []),
  library("now", file("../dist")),
  ...(options["no-peers"]
    ? []
    : [{ label: "PyTorch", command: [process.env.PYTHON ?? "python3", file("peers/eager.py")] }]),
];

const texts = options.only?.split(",") ?? [""];
const selectedWorks = works.filter(({ name }) => texts.some((text) => name.startsWith(text)));
if (selectedWorks.length === 0) fail(`--only ${options.only}: there is no such case`);
const rows = [];
for (const work of selectedWorks) rows.push(await measure(work));
const labels = sides.map(({ label }) => label);
const text = `${[
  "# Eager operations",
  "",
  `Made by \`node bench/eager.js\` on ${machine}: milliseconds, the minimum of ${rounds} alternating rounds, one thread each, without \`compile\`.`,
  "Elementwise ops and reductions are of float32 [1000, 1000]. The MLP is 64-64-64-10 with ReLU and a batch of 64. GPT and ResNet rows make the model's",
  "parameters. × is the time of `now` divided by PyTorch's, goal the largest that the project aims at; an empty cell was not measured.",
  "",
  ...table(
    ["case", ...labels, "×", "goal"],
    rows.map(({ name, minMs, goal }) => {
      const ratio = minMs.get("now") / minMs.get("PyTorch");
      const cell = (value) => (value === undefined ? "" : short(value));
      return [
        name,
        ...labels.map((label) => cell(minMs.get(label))),
        Number.isNaN(ratio) ? "" : ratio.toFixed(1),
        `${goal ?? ""}`,
      ];
    }),
    1,
  ),
].join("\n")}\n`;
console.log(text);
const out = options.out ?? (options.only || options["no-peers"] ? null : file("eager.md"));
if (out) writeFileSync(out, text);

/** The minimum time of each side, in milliseconds. */
async function measure({ name, goal, random = false, slow = false, huge = false }) {
  process.stderr.write(`bench: ${name}\n`);
  const running = [];
  for (const described of sides) {
    if (huge && described.label === "before") continue;
    const side = new Side({ ...described, threads: 1 });
    const { values } = await ask(side, { case: name, sample: !huge });
    running.push({ side, values, minMs: Number.POSITIVE_INFINITY });
  }
  compare(name, random, running);
  if (!slow && !huge) for (const { side } of running) await warm(side);
  for (let round = 0; round < (huge ? 2 : slow ? Math.min(rounds, 4) : rounds); round++) {
    for (const one of running) {
      if (slow && round > 0 && one.side.name === "before") continue;
      const run = slow || huge ? 1 : Math.max(1, Math.round(chunkMs / Math.min(one.minMs, chunkMs)));
      const { milliseconds } = await ask(one.side, { run });
      one.minMs = Math.min(one.minMs, ...milliseconds);
    }
  }
  for (const { side } of running) side.stop();
  return { name, goal, minMs: new Map(running.map(({ side, minMs }) => [side.name, minMs])) };
}

async function warm(side) {
  for (let spent = 0, run = 1; spent < warmUpMs; run = Math.min(2 * run, 200)) {
    const { milliseconds } = await ask(side, { run });
    spent += milliseconds.reduce((sum, each) => sum + each, 0);
  }
}

/** Ends the bench if results differ: random numbers have to be the same to the bit in both versions, all others to agree with PyTorch. */
function compare(name, random, running) {
  const of = (label) => running.find(({ side }) => side.name === label)?.values;
  const [before, now, peer] = [of("before"), of("now"), of("PyTorch")];
  const differ = (a, b, allowed) => a.some((x, i) => !(Math.abs(x - b[i]) <= allowed * Math.max(1, Math.abs(b[i]))));
  if (before && differ(now, before, random ? 0 : tolerance)) fail(`${name}: ${now}, before ${before}`);
  if (!random && peer && differ(now, peer, tolerance)) fail(`${name}: ${now}, PyTorch has ${peer}`);
}

async function ask(side, question) {
  return (await side.ask(question)) ?? fail(`${side.name}: ${side.failure}`);
}
