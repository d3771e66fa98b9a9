// Operations at once, without `compile`, beside PyTorch on one thread: large elementwise ops and reductions, random numbers,
// initialising models, optimisers, and whole steps of a small net. Each case is first held to what PyTorch gives, or, where it draws
// random numbers, to the bits of another version of this library if one is named. Then it is timed in interleaved rounds, and the
// figure is the least: what the machine did beside it only adds. Writes eager.md.
//
//   node bench/eager.js [rounds] [--before FOLDER] [--only NAME] [--no-peers] [--out FILE]
//
// --before: the folder dist of another version, timed in the same rounds. --only: the cases whose names begin like this, with commas between several.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { machine, short, table } from "./markdown.js";
import { Side } from "./side-process.js";

/** By kind: what is said above the rows, how far from PyTorch a value may be, and the ratio to PyTorch that is aimed at. */
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
const tolerance = 1e-4; // of a value, relative, or absolute below 1
const chunk = 30; // ms that a side runs at a time
const warmUp = 300; // ms before the first round, for the engine's compilers

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    before: { type: "string" },
    only: { type: "string" },
    "no-peers": { type: "boolean", default: false },
    out: { type: "string" },
  },
});
const rounds = Number(positionals[0] ?? 15);
if (!Number.isSafeInteger(rounds) || rounds < 1) fail(`rounds: ${positionals[0]}, give a whole number of at least 1`);

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
const chosen = works.filter(({ name }) => texts.some((text) => name.startsWith(text)));
if (chosen.length === 0) fail(`--only ${options.only}: there is no such case`);
const rows = [];
for (const work of chosen) rows.push(await measure(work));
const labels = sides.map(({ label }) => label);
const text = `${[
  "# Operations at once",
  "",
  `Made by \`node bench/eager.js\` on ${machine}: milliseconds, the least of ${rounds} interleaved rounds, one thread each, without \`compile\`.`,
  "Elementwise ops and reductions are of float32 [1000, 1000]. The MLP is 64-64-64-10 with ReLU and a batch of 64. GPT and ResNet rows make the model's",
  "parameters. × is now over PyTorch; an empty cell was not measured.",
  "",
  ...table(
    ["case", ...labels, "×"],
    rows.map(({ name, least }) => {
      const ratio = least.get("now") / least.get("PyTorch");
      const cell = (value) => (value === undefined ? "" : short(value));
      return [name, ...labels.map((label) => cell(least.get(label))), Number.isNaN(ratio) ? "" : ratio.toFixed(1)];
    }),
    1,
  ),
].join("\n")}\n`;
console.log(text);
const out = options.out ?? (options.only || options["no-peers"] ? null : file("eager.md"));
if (out) writeFileSync(out, text);

/** The least milliseconds of each side. */
async function measure({ name, goal, random = false, slow = false, huge = false }) {
  process.stderr.write(`bench: ${name}\n`);
  const alive = [];
  for (const described of sides) {
    if (huge && described.label === "before") continue;
    const side = new Side({ ...described, threads: 1 });
    const { values } = await ask(side, { case: name, sample: !huge });
    alive.push({ side, values, least: Number.POSITIVE_INFINITY });
  }
  compare(name, random, alive);
  if (!slow && !huge) for (const { side } of alive) await warm(side);
  for (let round = 0; round < (huge ? 2 : slow ? Math.min(rounds, 4) : rounds); round++) {
    for (const one of alive) {
      const run = slow || huge ? 1 : Math.max(1, Math.round(chunk / Math.min(one.least, chunk)));
      const { milliseconds } = await ask(one.side, { run });
      one.least = Math.min(one.least, ...milliseconds);
    }
  }
  for (const { side } of alive) side.stop();
  return { name, goal, least: new Map(alive.map(({ side, least }) => [side.name, least])) };
}

async function warm(side) {
  for (let spent = 0, run = 1; spent < warmUp; run = Math.min(2 * run, 200)) {
    const { milliseconds } = await ask(side, { run });
    spent += milliseconds.reduce((sum, each) => sum + each, 0);
  }
}

/** Random numbers are the same to the bit in every version; all others agree with PyTorch. */
function compare(name, random, alive) {
  const of = (label) => alive.find(({ side }) => side.name === label)?.values;
  const [before, now, peer] = [of("before"), of("now"), of("PyTorch")];
  const differ = (a, b, allowed) => a.some((x, i) => !(Math.abs(x - b[i]) <= allowed * Math.max(1, Math.abs(b[i]))));
  if (before && differ(now, before, random ? 0 : tolerance)) fail(`${name}: ${now}, before ${before}`);
  if (!random && peer && differ(now, peer, tolerance)) fail(`${name}: ${now}, PyTorch has ${peer}`);
}

async function ask(side, question) {
  return (await side.ask(question)) ?? fail(`${side.name}: ${side.failure}`);
}

function fail(message) {
  console.error(`bench/eager: ${message}`);
  process.exit(1);
}
