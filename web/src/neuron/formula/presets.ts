// The formulas that the page offers with the numbers they begin with, and the numbers of names in other formulas. Karpathy's numbers are
// those of his lecture on micrograd.

const karpathy = [
  ["x1", 2],
  ["x2", 0],
  ["w1", -3],
  ["w2", 1],
  // With this bias the neuron's output is √½ and its slope ½.
  ["b", 6.8813735870195432],
] as const;

interface Preset {
  readonly value: string;
  readonly text: string;
  readonly numbers: ReadonlyMap<string, number>;
}

export const presets = [
  {
    value: "neuron",
    text: "y = tanh(x*w + b)\nerror = (y - target)**2",
    numbers: new Map([
      ["x", 1.5],
      ["w", -0.6],
      ["b", 0.2],
      ["target", 0.8],
    ]),
  },
  {
    value: "examples",
    text: "y1 = tanh(x1*w + b); y2 = tanh(x2*w + b)\nerror = (y1 - target1)**2 + (y2 - target2)**2",
    numbers: new Map([
      ["x1", -1],
      ["x2", 2],
      ["w", 1],
      ["b", -0.5],
      ["target1", 0.6],
      ["target2", -0.7],
    ]),
  },
  {
    value: "net",
    text: "h1 = relu(x*w1 + b1); h2 = relu(x*w2 + b2)\ny = h1*v1 + h2*v2; error = (y - target)**2",
    numbers: new Map([
      ["x", 1],
      ["w1", 0.5],
      ["b1", 0.2],
      ["w2", 0.8],
      ["b2", -0.3],
      ["v1", 0.4],
      ["v2", -0.6],
      ["target", 1],
    ]),
  },
  { value: "micrograd", text: "L = tanh(x1*w1 + x2*w2 + b)", numbers: new Map(karpathy) },
  { value: "twice", text: "b = a + a\nL = b * b", numbers: new Map([["a", 3]]) },
  {
    value: "product",
    text: "L = x * y * z",
    numbers: new Map([
      ["x", 2],
      ["y", -3],
      ["z", 4],
    ]),
  },
] as const satisfies readonly Preset[];

export type PresetName = (typeof presets)[number]["value"];

const defaults: ReadonlyMap<string, number> = new Map<string, number>([
  ...karpathy,
  ["a", 3],
  ["x", 2],
  ["y", -3],
  ["z", 4],
  ["w", -0.6],
  ["b1", 0.5],
  ["b2", -1],
  ["v1", 1.5],
  ["v2", -2],
]);

/** The number of a name that no preset and no visitor has given one. */
export const defaultOf = (name: string): number => defaults.get(name) ?? 1;
