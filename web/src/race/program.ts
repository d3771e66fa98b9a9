// The race as a program of chainrule: the same net three times, for the same time each, and what came of it.
import { pointsOf } from "../points/datasets.ts";
import { maxComparedStep, raceMs } from "./messages.ts";

const pointsInLine = 4;

const scalars = `// One: every number is a Value, which remembers how it was computed.
function scalars() {
  const net = start();
  const parameters = net.parameters();
  return () => {
    let margins = new Value(0);
    for (const [x, y, kind] of points) margins = margins.add(net.forward([x, y])[0].mul(-kind).add(1).relu());
    let squares = new Value(0);
    for (const parameter of parameters) squares = squares.add(parameter.mul(parameter));
    const loss = margins.div(points.length).add(squares.mul(decay));
    net.zeroGrad();
    loss.backward();
    for (const parameter of parameters) parameter.data -= rate * parameter.grad;
    return loss.data;
  };
}`;

const arrays = `// Two: the same on arrays, with the same weights at the start.
function arrayStep() {
  const net = new Sequential(
    new Linear(2, width), new ReLU(), new Linear(width, width), new ReLU(), new Linear(width, 1),
  );
  const weights = start().layers.flatMap(({ neurons }) => [
    neurons.map((neuron) => neuron.weights.map((weight) => weight.data)),
    neurons.map((neuron) => neuron.bias.data),
  ]);
  const parameters = net.parameters();
  for (const [i, parameter] of parameters.entries()) parameter.assign(tensor(weights[i]));
  const optimizer = new SGD(parameters, { lr: rate });
  const places = tensor(points.map(([x, y]) => [x, y]));
  const kinds = tensor(points.map(([, , kind]) => [kind]));
  return () => {
    const margins = net.forward(places).mul(kinds).neg().add(1).relu().mean();
    const squares = parameters.map((one) => one.mul(one).sum()).reduce((sum, one) => sum.add(one));
    const loss = margins.add(squares.mul(decay));
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss.detach();
  };
}
function arrays() {
  const step = arrayStep();
  return () => step().item();
}`;

const compiled = `// Three: the whole step compiled to one WebAssembly program.
function compiled() {
  const step = compile(arrayStep());
  return () => step().item();
}`;

export function programOf(width: number, milliseconds: number = raceMs): string {
  const points = pointsOf("moons").map(({ x, y, kind }) => `[${x}, ${y}, ${kind}],`);
  const lines = Array.from({ length: Math.ceil(points.length / pointsInLine) }, (_, i) =>
    points.slice(i * pointsInLine, (i + 1) * pointsInLine).join(" "),
  );
  return `import { compile, Linear, ReLU, Sequential, SGD, tensor } from "chainrule";
import { MLP, Value } from "chainrule/scalar";

// Each point: x, y, and 1 for blue or -1 for orange.
const points = [
${lines.map((line) => `  ${line}`).join("\n")}
];
const [width, rate, decay] = [${width}, 0.1, 1e-4];
const start = () => new MLP(2, [width, width, 1], { seed: 3 });

${scalars}

${arrays}

${compiled}

for (const make of [scalars, arrays, compiled]) {
  const step = make();
  const began = performance.now();
  const losses = [];
  let steps = 0;
  while (performance.now() - began < ${milliseconds}) {
    const loss = step();
    if (++steps <= ${maxComparedStep}) losses.push(loss);
  }
  const seconds = (performance.now() - began) / 1000;
  console.log(\`\${make.name}: \${(steps / seconds).toFixed(1)} steps a second; loss \${losses.at(-1)} at step \${losses.length}\`);
}
`;
}
