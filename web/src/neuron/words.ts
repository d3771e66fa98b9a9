// The text of each step of the backward pass: a sentence, the rule and the numbers. The table has an entry for every op.
import type { Graph, Op } from "./graph.ts";
import { inWords as n } from "./numbers.ts";
import type { Share, Step } from "./steps.ts";

type OpStep = Extract<Step, { kind: "op" }>;

/** The numbers of one op: its inputs a and b, its result y. */
interface Numbers {
  readonly a: number;
  readonly b: number;
  readonly y: number;
}

interface Wording {
  /** What the op does with a gradient. */
  readonly does: string;
  /** The rule for the slope with respect to the first input, u, and to the second, v. */
  readonly rule: readonly string[];
  /** The slopes, in numbers. */
  readonly slopes: readonly ((numbers: Numbers) => string)[];
}

const one = () => "1";
const closed = (x: number) => (x < 0 ? `(${n(x)})` : n(x));

const wordings = {
  "+": {
    does: "+ passes the gradient on to both, unchanged",
    rule: ["∂(u + v)/∂u = 1", "∂(u + v)/∂v = 1"],
    slopes: [one, one],
  },
  "-": {
    does: "− passes the gradient on to both, with the opposite sign to the second",
    rule: ["∂(u − v)/∂u = 1", "∂(u − v)/∂v = −1"],
    slopes: [one, () => "−1"],
  },
  "*": {
    does: "× gives each factor the gradient times the other factor",
    rule: ["∂(u · v)/∂u = v", "∂(u · v)/∂v = u"],
    slopes: [({ b }) => n(b), ({ a }) => n(a)],
  },
  "/": {
    does: "÷ gives the number above the gradient divided by the number below",
    rule: ["∂(u / v)/∂u = 1/v", "∂(u / v)/∂v = −u/v²"],
    slopes: [({ b }) => `1/${closed(b)}`, ({ a, b }) => `−${closed(a)}/${closed(b)}²`],
  },
  "**": {
    does: "The slope of a power is the exponent times the next lower power",
    rule: ["∂(uⁿ)/∂u = n · uⁿ⁻¹", "∂(uⁿ)/∂n = uⁿ · ln u"],
    slopes: [({ a, b }) => `${n(b)} · ${closed(a)}^${closed(b - 1)}`, ({ a, y }) => `${n(y)} · ln ${closed(a)}`],
  },
  neg: { does: "A minus sign changes the sign of the gradient", rule: ["∂(−u)/∂u = −1"], slopes: [() => "−1"] },
  tanh: {
    does: "tanh is steep near 0 and flat far from it",
    rule: ["∂tanh(u)/∂u = 1 − tanh(u)²"],
    slopes: [({ y }) => `1 − ${closed(y)}²`],
  },
  sigmoid: {
    does: "sigmoid is steep near 0 and flat far from it",
    rule: ["∂σ(u)/∂u = σ(u) · (1 − σ(u))"],
    slopes: [({ y }) => `${n(y)} · (1 − ${n(y)})`],
  },
  relu: {
    does: "relu lets the gradient through where its input is above 0, and stops it elsewhere",
    rule: ["∂relu(u)/∂u = 1 if u > 0, else 0"],
    slopes: [({ a }) => (a > 0 ? `1, as ${n(a)} > 0` : `0, as ${n(a)} ≤ 0`)],
  },
  exp: { does: "The slope of exp is its own value", rule: ["∂eᵘ/∂u = eᵘ"], slopes: [({ y }) => n(y)] },
  log: {
    does: "The larger the input of log, the smaller its slope",
    rule: ["∂ln(u)/∂u = 1/u"],
    slopes: [({ a }) => `1/${closed(a)}`],
  },
} as const satisfies Record<Op, Wording>;

/** The signs that ops have in the picture. */
export const signs = {
  "+": "+",
  "-": "−",
  "*": "×",
  "/": "÷",
  "**": "xⁿ",
  neg: "−",
  tanh: "tanh",
  sigmoid: "σ",
  relu: "relu",
  exp: "exp",
  log: "ln",
} as const satisfies Record<Op, string>;

export interface Row {
  readonly label: string;
  /** The computation of the slope, such as "w1 = −3.00". */
  readonly slope: string;
  readonly share: Share;
}

export interface Telling {
  readonly sentence: string;
  /** The rules of the op, for the inputs that receive something. */
  readonly rules: readonly string[];
  readonly rows: readonly Row[];
}

/** The step in words. */
export function tell(step: Step, graph: Graph): Telling {
  if (step.kind === "seed") {
    const { label } = graph.nodes[step.node];
    return {
      sentence: `Start at the end: when ${label} moves, ${label} moves exactly as much. Its gradient is 1.`,
      rules: [`∂${label}/∂${label} = 1`],
      rows: [],
    };
  }
  const wording: Wording = wordings[step.op];
  return {
    sentence: [sentenceOf(step, graph, wording.does), ...meetings(step, graph)].join(" "),
    rules: step.shares.map(({ place }) => wording.rule[place]),
    rows: step.shares.map((share) => rowOf(step, share, graph, wording)),
  };
}

const product = ({ slope, share }: Share, above: number) =>
  `${n(above)} · ${n(slope)} = ${n(share)}`.replaceAll(" ", "\u00a0");

function sentenceOf({ shares, above }: OpStep, { nodes }: Graph, does: string): string {
  const products = shares.map((share) => product(share, above));
  if (products.every((one) => one === products[0])) return `${does}: ${products[0]}.`;
  return `${does}: ${shares.map((share, i) => `${products[i]} for ${nodes[share.input].label}`).join(", ")}.`;
}

/** Sentences about values that are used more than once: the gradients of their uses add up. */
function meetings({ shares }: OpStep, { nodes }: Graph): string[] {
  const used = (id: number) => nodes.flatMap(({ inputs }) => inputs).filter((input) => input === id).length;
  const last = new Map(shares.map((share) => [share.input, share]));
  return [...last.values()].flatMap(({ input, before, share, after }) => {
    const [{ label }, times] = [nodes[input], used(input)];
    const earlier = shares.some((one) => one.input === input && one.before !== 0) || before !== 0;
    if (times < 2) return [];
    if (!earlier)
      return [`${label} is used ${times === 2 ? "twice" : `${times} times`}: its gradient is not complete yet.`];
    return [`${label} is used more than once, so its gradients add up: ${n(before)} + ${n(share)} = ${n(after)}.`];
  });
}

function rowOf({ node, op }: OpStep, share: Share, { nodes }: Graph, { slopes }: Wording): Row {
  const { inputs, value } = nodes[node];
  const [a, b] = inputs.map((id) => nodes[id]);
  const how = slopes[share.place]({ a: a.value.data, b: b?.value.data ?? 0, y: value.data });
  const name = op === "*" ? [b, a][share.place]?.label : undefined;
  const number = n(share.slope);
  // A name is shown instead of the same number twice; "1" needs no "= 1.00".
  const slope = name !== undefined && name.length < 12 ? (name === how ? number : `${name} = ${number}`) : how;
  const plain = /^−?1$/.test(how) || /^[01],/.test(how) || op === "exp" || op === "*";
  return { label: nodes[share.input].label, slope: plain ? slope : `${how} = ${number}`, share };
}

/** The text about the first number that is not finite, such as "log(x) has no value at x = −1"; null if all are finite. */
export function trouble({ nodes }: Graph): string | null {
  const bad = nodes.find(({ value }) => !Number.isFinite(value.data));
  if (bad === undefined) return null;
  const from = bad.inputs.map((id) => `${nodes[id].label} = ${n(nodes[id].value.data)}`).join(" and ");
  const what = Number.isNaN(bad.value.data) ? "has no value" : "is too large for a number";
  return from === "" ? `${bad.label} ${what}.` : `${bad.label} ${what} at ${from}. Choose another value.`;
}
