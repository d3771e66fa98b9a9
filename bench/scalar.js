// chainrule/scalar against micrograd in Python, which it is modelled on: one training step of the two-moons notebook (100 points, MLP
// 2-16-16-1: forward, backward, update). Both start from the same weights and points, and the first step has to give the same loss and the
// same 337 gradients before anything is timed. Rounds alternate between the two, so that a busy machine slows both; figures are medians.
//
//   node bench/scalar.js [rounds]      needs Python 3 ($PYTHON, default python3) with: pip install micrograd
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { MLP, Value } from "chainrule/scalar";
import { countIn, fail } from "./arguments.js";

const rounds = countIn(process.argv.slice(2), { name: "rounds", fallback: 9 });
const stepsPerRound = 10; // steps of chainrule for one of Python: the shorter time needs more samples

const points = Array.from({ length: 100 }, (_, i) => {
  const angle = (Math.PI * Math.floor(i / 2)) / 49;
  return i % 2 === 0 ? [Math.cos(angle), Math.sin(angle)] : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
});
const labels = points.map((_, i) => (i % 2 === 0 ? -1 : 1));
const model = new MLP(2, [16, 16, 1]);
const parameters = model.parameters();

function step(k) {
  const scores = points.map((point) => model.forward(point)[0]);
  const margins = scores.map((score, i) => score.mul(-labels[i]).add(1).relu());
  const squares = parameters.map((p) => p.mul(p));
  const sum = (values) => values.reduce((total, value) => total.add(value), new Value(0));
  const loss = sum(margins)
    .mul(1 / points.length)
    .add(sum(squares).mul(1e-4));
  model.zeroGrad();
  loss.backward();
  const rate = 1 - (0.9 * k) / 100;
  for (const p of parameters) p.data -= rate * p.grad;
  return loss.data;
}

const peer = startPeer();
const theirs = await peer.ask({ points, labels, parameters: parameters.map((p) => p.data) });
const ours = { loss: step(0), gradients: parameters.map((p) => p.grad) };
const error = Math.max(
  relativeError(ours.loss, theirs.loss),
  ...ours.gradients.map((g, i) => relativeError(g, theirs.gradients[i])),
);
if (!(error < 1e-9)) fail(`the two disagree: relative error ${error}`);

for (let k = 1; k <= 20; k++) step(k); // until the engine has optimised the code; Python needs no warm-up
const times = { peer: [], chainrule: [] };
for (let round = 0; round < rounds; round++) {
  times.peer.push((await peer.ask({ step: 1 + round })).milliseconds);
  for (let i = 0; i < stepsPerRound; i++) {
    const start = performance.now();
    step(50);
    times.chainrule.push(performance.now() - start);
  }
}
peer.stop();

const [python, node] = [median(times.peer), median(times.chainrule)];
const line = (name, time, n) => `${name.padEnd(34)}${time.toFixed(1).padStart(8)} ms   median of ${n}`;
console.log("one moons step: 100 points, MLP 2-16-16-1, forward, backward, update");
console.log(`same loss, same 337 gradients: largest relative error ${error.toExponential(1)}`);
console.log(line(`micrograd, Python ${theirs.python}`, python, times.peer.length));
console.log(line(`chainrule/scalar, Node ${process.versions.node}`, node, times.chainrule.length));
console.log(`ratio ${(python / node).toFixed(1)}`);

/** Starts micrograd in a process that answers each line of JSON with a line of JSON. */
function startPeer() {
  const command = process.env.PYTHON ?? "python3";
  const script = fileURLToPath(new URL("scalar_micrograd.py", import.meta.url));
  const child = spawn(command, [script], { stdio: ["pipe", "pipe", "inherit"] });
  child.on("error", () =>
    fail(`${command} does not start: install Python 3 or set PYTHON, then: pip install micrograd`),
  );
  child.stdin.on("error", () => {}); // the peer has ended: its error is on stderr, and ask() ends the run
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(question) {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const { value, done } = await answers.next();
      if (done) fail("the Python side stopped, see above");
      return JSON.parse(value);
    },
    stop: () => child.stdin.end(),
  };
}

function relativeError(a, b) {
  return Math.abs(a - b) / Math.max(1, Math.abs(b));
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
