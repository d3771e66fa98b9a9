// Training steps of recurrent nets, which are loops in the program, and of a large embedding, beside PyTorch on one thread: forward, backward and
// SGD. Both begin with the same weights, and the first three losses have to agree before anything is timed. Rounds alternate between the two; figures are
// the quiet tenth of each. The last table has the time to the end of the first step, compiling included, at several lengths.
//
//   node bench/recurrent.js [rounds]      needs Python 3 ($PYTHON, default python3) with torch
import { writeFileSync } from "node:fs";
import * as chainrule from "chainrule";
import { trainingStep } from "../test/training-step.js";
import { countIn, fail } from "./arguments.js";
import { machine, short, table, times } from "./markdown.js";
import { startPeer } from "./python-peer.js";
import { quietTenth } from "./statistics.js";

const { compile, crossEntropy, Embedding, GRU, Linear, LSTM, manualSeed, Module, randn, RNN, SGD, tensor } = chainrule;
const rounds = countIn(process.argv.slice(2), { name: "rounds", fallback: 30 });
const classes = 10;
const lr = 0.1;
const layers = { RNN, GRU, LSTM };

const recurrent = (kind, hidden, batch, length) => ({
  title: `${kind} ${hidden} × ${length} steps, batch ${batch}`,
  kind,
  inputs: 64,
  hidden,
  size: hidden,
  batch,
  length,
  classes,
});
const works = [
  recurrent("LSTM", 128, 32, 64),
  recurrent("LSTM", 128, 1, 64),
  recurrent("GRU", 128, 32, 64),
  recurrent("RNN", 128, 32, 64),
  recurrent("LSTM", 512, 16, 32),
  {
    title: "embedding 50,000 × 64, 32 × 20 symbols",
    kind: "embedding",
    rows: 50000,
    size: 64,
    batch: 32,
    length: 20,
    classes,
  },
];

class Net extends Module {
  constructor(work) {
    super();
    if (work.kind === "embedding") this.table = new Embedding(work.rows, work.size);
    else this.net = new layers[work.kind](work.inputs, work.hidden);
    this.head = new Linear(work.size, classes);
  }
  forward(x) {
    return this.head.forward(this.table ? this.table.forward(x).mean(1) : this.net.forward(x)[0].slice(-1));
  }
}

/** The step of a work, its net, its input and labels. */
function prepare(work) {
  manualSeed(1);
  const net = new Net(work);
  const optimizer = new SGD(net.parameters(), { lr });
  const { rows, batch, length } = work;
  const symbols = Int32Array.from({ length: batch * length }, (_, i) => (i * 7919) % rows);
  const x = rows ? tensor(symbols, { shape: [batch, length], dtype: "int32" }) : randn([length, batch, work.inputs]);
  const labels = tensor(Int32Array.from({ length: batch }, (_, i) => i % classes));
  const loss = (x, labels) => crossEntropy(net.forward(x), labels);
  const f = compile(trainingStep(loss, optimizer), { threads: 1 });
  return { net, x, labels, step: () => f(x, labels).item() };
}

const plain = (x) => [x.shape, [...x.data]];

async function measure(work) {
  const { net, x, labels, step } = prepare(work);
  const peer = startPeer("recurrent_pytorch.py");
  const state = Object.fromEntries([...net.stateDict()].map(([name, value]) => [name, plain(value)]));
  const { loss } = await peer.ask({ work, state, x: plain(x), labels: [...labels.data], lr });
  for (const theirs of loss) {
    const ours = step();
    if (!(Math.abs(ours - theirs) <= 1e-4 * Math.abs(theirs))) fail(`${work.title}: losses ${ours} and ${theirs}`);
  }
  for (let i = 0; i < 30; i++) step();
  const count = Math.max(1, Math.round(30 / quietTenth((await peer.ask({ steps: 5 })).milliseconds)));
  const [ours, theirs] = [[], []];
  for (let round = 0; round < rounds; round++) {
    theirs.push(...(await peer.ask({ steps: count })).milliseconds);
    for (let i = 0; i < count; i++) {
      const start = performance.now();
      step();
      ours.push(performance.now() - start);
    }
  }
  peer.stop();
  const [own, other] = [quietTenth(ours), quietTenth(theirs)];
  return [work.title, short(own), short(other), times(other / own)];
}

/** The processor's time from the definition of an LSTM's step to the end of the first call, less that of a later one, in milliseconds. */
function compiling(length) {
  const spent = () => process.cpuUsage().user / 1e3;
  const start = spent();
  const { step } = prepare(recurrent("LSTM", 128, 32, length));
  step();
  const first = spent();
  step();
  return first - start - (spent() - first);
}

const rows = [];
for (const work of works) rows.push(await measure(work));
compiling(10); // until the engine has optimised the compiler
const lengths = [10, 100, 1000];
const compiled = lengths.map((length) => [
  `${length} steps`,
  short(Math.min(...[1, 2, 3].map(() => compiling(length)))),
]);
const text = [
  "# Recurrent nets and a large embedding",
  "",
  `Made by \`node bench/recurrent.js\` on ${machine}: training steps on one thread, the quiet tenth of ${rounds} rounds beside PyTorch.`,
  "",
  ...table(["training step, ms", "chainrule", "PyTorch", "faster"], rows, 1),
  "",
  "The time to the end of the first call, less that of a later one:",
  "",
  ...table(["compiling the step of an LSTM 128", "processor ms"], compiled, 1),
].join("\n");
console.log(text);
writeFileSync(new URL("recurrent.md", import.meta.url), `${text}\n`);
