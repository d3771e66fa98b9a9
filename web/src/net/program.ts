// The current run as a program of chainrule: the same points, net and settings, with the changes that the visitor made on the way. It
// prints the same losses, digit for digit.
import type { Point } from "../points/datasets.ts";
import { inputs } from "./run/inputs.ts";
import { pointsFor } from "./run/points-for.ts";
import type { Edit, Settings } from "./run/settings.ts";

const pointsInLine = 4;
const reports = 20;

/** `steps`: how many steps the run has taken. */
export function programOf(settings: Settings, steps: number): string {
  const { rate, decay, seed, activation, layers } = settings;
  const names = settings.inputs.map((name) => inputs[name].code).join(", ");
  const edits = settings.edits.filter(({ step }) => step < steps);
  const every = Math.max(1, Math.round(steps / reports));
  return `import { MLP, Value } from "chainrule/scalar";

// Each point: x, y, and 1 for blue or -1 for orange.
const points = [
${pointLines(pointsFor(settings))}
];
const inputsOf = (x, y) => [${names}];
const net = new MLP(${settings.inputs.length}, [${[...layers, 1].join(", ")}], { activation: "${activation}", seed: ${seed} });
const parameters = net.parameters();
let rate = ${rate};
${edits.some(({ target }) => target === "decay") ? "let" : "const"} decay = ${decay};
${changes(edits)}
for (let step = 1; step <= ${steps}; step++) {
${edits.length > 0 ? "  changes.get(step - 1)?.();\n" : ""}  let margins = new Value(0);
  let right = 0;
  for (const [x, y, kind] of points) {
    const [score] = net.forward(inputsOf(x, y));
    margins = margins.add(score.mul(-kind).add(1).relu());
    if (score.data * kind > 0) right++;
  }
  let squares = new Value(0);
  for (const parameter of parameters) squares = squares.add(parameter.mul(parameter));
  const loss = margins.div(points.length).add(squares.mul(decay));

  net.zeroGrad();
  loss.backward();
  for (const parameter of parameters) parameter.data -= rate * parameter.grad;

  if (step % ${every} === 0 || step === ${steps})
    console.log(\`step \${step}: loss \${loss.data}, accuracy \${Math.round((100 * right) / points.length)} %\`);
}
`.replace(/^let rate/m, edits.some(({ target }) => target === "rate") ? "let rate" : "const rate");
}

function pointLines(points: readonly Point[]): string {
  const texts = points.map(({ x, y, kind }) => `[${x}, ${y}, ${kind}],`);
  const lines = Array.from({ length: Math.ceil(texts.length / pointsInLine) }, (_, i) =>
    texts.slice(i * pointsInLine, (i + 1) * pointsInLine).join(" "),
  );
  return lines.map((line) => `  ${line}`).join("\n");
}

/** The changes by the number of steps before them, in the order in which they were made. */
function changes(edits: readonly Edit[]): string {
  if (edits.length === 0) return "";
  const steps = [...new Set(edits.map(({ step }) => step))];
  const lines = steps.map((step) => {
    const own = edits.filter((edit) => edit.step === step);
    return `  [${step}, () => { ${own.map(assignment).join(" ")} }],`;
  });
  return `\n// Changes on the way, after so many steps.\nconst changes = new Map([\n${lines.join("\n")}\n]);\n`;
}

function assignment({ target, value }: Edit): string {
  if (target === "rate" || target === "decay") return `${target} = ${value};`;
  const [layer, neuron, input] = target.split(".");
  const place = input === "b" ? "bias" : `weights[${input}]`;
  return `net.layers[${layer}].neurons[${neuron}].${place}.data = ${value};`;
}
