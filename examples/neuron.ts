// One neuron, o = tanh(x1·w1 + x2·w2 + b), with the numbers of Andrej Karpathy's micrograd lecture: forward, backward, a check of every
// gradient by changing its input a little, and the graph as a picture.
//
//   npx tsx examples/neuron.ts [folder]      writes neuron.dot and neuron.svg there, by default to build/
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { instance } from "@viz-js/viz";
import { checkGradients, toDot, Value } from "chainrule/scalar";

const x1 = new Value(2, { label: "x1" });
const x2 = new Value(0, { label: "x2" });
const w1 = new Value(-3, { label: "w1", kind: "weight" });
const w2 = new Value(1, { label: "w2", kind: "weight" });
const b = new Value(6.8813735870195432, { label: "b", kind: "bias" });

const neuron = () => x1.mul(w1).add(x2.mul(w2)).add(b).tanh();

const o = neuron();
o.label = "o";
o.backward();
console.log(`o = tanh(x1·w1 + x2·w2 + b) = ${o.data.toFixed(4)}\n`);

const { ok, rows } = checkGradients(neuron, [x1, w1, x2, w2, b]);
const show = (x: number) => x.toFixed(6).padStart(11);
console.log("         data   backward     nudged");
for (const { leaf, analytic, numeric } of rows)
  console.log(leaf.label.padEnd(2) + show(leaf.data) + show(analytic) + show(numeric));
console.log(ok ? "\nbackward and nudging agree" : "\nbackward and nudging DISAGREE");

const folder = process.argv[2] ?? "build";
mkdirSync(folder, { recursive: true });
const dot = toDot(o);
writeFileSync(join(folder, "neuron.dot"), dot);
writeFileSync(join(folder, "neuron.svg"), (await instance()).renderString(dot, { format: "svg" }));
console.log(`the graph: ${join(folder, "neuron.dot")}, ${join(folder, "neuron.svg")}`);
process.exitCode = ok ? 0 : 1;
