// The words and numbers of each step: a sentence, the rule and the computation. The table has an entry for every op; the sentences are in
// the texts of the page's language.
import type { Texts } from "../../texts/language.svelte.ts";
import type { Graph, Op } from "../graph.ts";
import { inWords as n } from "../numbers.ts";
import type { Share, Step } from "./steps.ts";

type OpStep = Extract<Step, { kind: "op" }>;
type Words = Texts["neuron"];

/** The numbers of one op: its inputs a and b, its result y. */
interface Numbers {
  readonly a: number;
  readonly b: number;
  readonly y: number;
}

interface Wording {
  /** The computation of the value. */
  readonly value: (numbers: Numbers) => string;
  /** The rule for the slope with respect to the first input, u, and to the second, v. */
  readonly rule: readonly string[];
  /** The slopes, in numbers. */
  readonly slopes: readonly ((numbers: Numbers) => string)[];
}

const one = () => "1";
const closed = (x: number) => (x < 0 ? `(${n(x)})` : n(x));

const wordings = {
  "+": {
    value: ({ a, b }) => `${n(a)} + ${closed(b)}`,
    rule: ["∂(u + v)/∂u = 1", "∂(u + v)/∂v = 1"],
    slopes: [one, one],
  },
  "-": {
    value: ({ a, b }) => `${n(a)} − ${closed(b)}`,
    rule: ["∂(u − v)/∂u = 1", "∂(u − v)/∂v = −1"],
    slopes: [one, () => "−1"],
  },
  "*": {
    value: ({ a, b }) => `${n(a)} · ${closed(b)}`,
    rule: ["∂(u · v)/∂u = v", "∂(u · v)/∂v = u"],
    slopes: [({ b }) => n(b), ({ a }) => n(a)],
  },
  "/": {
    value: ({ a, b }) => `${n(a)} / ${closed(b)}`,
    rule: ["∂(u / v)/∂u = 1/v", "∂(u / v)/∂v = −u/v²"],
    slopes: [({ b }) => `1/${closed(b)}`, ({ a, b }) => `−${closed(a)}/${closed(b)}²`],
  },
  "**": {
    value: ({ a, b }) => `${closed(a)}^${closed(b)}`,
    rule: ["∂(uⁿ)/∂u = n · uⁿ⁻¹", "∂(uⁿ)/∂n = uⁿ · ln u"],
    slopes: [({ a, b }) => `${n(b)} · ${closed(a)}^${closed(b - 1)}`, ({ a, y }) => `${n(y)} · ln ${closed(a)}`],
  },
  neg: { value: ({ a }) => `−${closed(a)}`, rule: ["∂(−u)/∂u = −1"], slopes: [() => "−1"] },
  tanh: {
    value: ({ a }) => `tanh(${n(a)})`,
    rule: ["∂tanh(u)/∂u = 1 − tanh(u)²"],
    slopes: [({ y }) => `1 − ${closed(y)}²`],
  },
  sigmoid: {
    value: ({ a }) => `σ(${n(a)})`,
    rule: ["∂σ(u)/∂u = σ(u) · (1 − σ(u))"],
    slopes: [({ y }) => `${n(y)} · (1 − ${n(y)})`],
  },
  relu: {
    value: ({ a }) => `relu(${n(a)})`,
    rule: ["∂relu(u)/∂u = 1 (u > 0), 0 (u ≤ 0)"],
    slopes: [({ a }) => (a > 0 ? `1 (${n(a)} > 0)` : `0 (${n(a)} ≤ 0)`)],
  },
  exp: { value: ({ a }) => `exp(${n(a)})`, rule: ["∂eᵘ/∂u = eᵘ"], slopes: [({ y }) => n(y)] },
  log: {
    value: ({ a }) => `ln(${n(a)})`,
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
export function tell(step: Step, graph: Graph, words: Words): Telling {
  const { label } = graph.nodes[step.node];
  if (step.kind === "value")
    return { sentence: words.tell.computed(label, computation(step.node, graph)), rules: [], rows: [] };
  if (step.kind === "seed") return { sentence: words.tell.seed(label), rules: [`∂${label}/∂${label} = 1`], rows: [] };
  const wording: Wording = wordings[step.op];
  return {
    sentence: [sentenceOf(step, graph, words), ...meetings(step, graph, words)].join(" "),
    rules: step.shares.map(({ place }) => wording.rule[place]),
    rows: step.shares.map((share) => rowOf(step, share, graph, wording)),
  };
}

/** How a node's value is computed: "1.50 · (−0.60) = −0.90". */
function computation(node: number, { nodes }: Graph): string {
  const { op, inputs, value } = nodes[node];
  if (op === null) return n(value.data);
  const [a, b] = inputs.map((id) => nodes[id].value.data);
  return `${wordings[op].value({ a, b: b ?? 0, y: value.data })} = ${n(value.data)}`.replaceAll(" ", "\u00a0");
}

const product = ({ slope, share }: Share, above: number) =>
  `${n(above)} · ${n(slope)} = ${n(share)}`.replaceAll(" ", "\u00a0");

function sentenceOf({ op, shares, above }: OpStep, { nodes }: Graph, { does, tell }: Words): string {
  const products = shares.map((share) => product(share, above));
  const same = products.every((one) => one === products[0]);
  const each = shares.map((share, i) => tell.each(products[i], nodes[share.input].label));
  return tell.sum(does[op], same ? products[0] : each.join(", "));
}

/** Sentences about values that are used more than once: the gradients of their uses add up. */
function meetings({ shares }: OpStep, { nodes }: Graph, { tell }: Words): string[] {
  const used = (id: number) => nodes.flatMap(({ inputs }) => inputs).filter((input) => input === id).length;
  const last = new Map(shares.map((share) => [share.input, share]));
  return [...last.values()].flatMap(({ input, before, share, after }) => {
    const [{ label }, times] = [nodes[input], used(input)];
    const earlier = shares.some((one) => one.input === input && one.before !== 0) || before !== 0;
    if (times < 2) return [];
    return [earlier ? tell.meeting(label, n(before), n(share), n(after)) : tell.incomplete(label, times)];
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
  const plain = /^−?1$/.test(how) || /^[01] \(/.test(how) || op === "exp" || op === "*";
  return { label: nodes[share.input].label, slope: plain ? slope : `${how} = ${number}`, share };
}
