// The formulas that the page offers, and the values that names have at first: the numbers of Karpathy's lecture.

export const presets = [
  { value: "neuron", name: "A neuron", text: "L = tanh(x1*w1 + x2*w2 + b)" },
  { value: "twice", name: "Used twice", text: "b = a + a\nL = b * b" },
  { value: "product", name: "A product", text: "L = x * y * z" },
  {
    value: "deeper",
    name: "Two neurons",
    text: "h1 = relu(x1*w1 + b1); h2 = relu(x1*w2 + b2)\nL = sigmoid(h1*v1 + h2*v2)",
  },
  { value: "error", name: "Its error", text: "y = tanh(x1*w1 + b)\nL = (y - target)**2" },
] as const;

export type PresetName = (typeof presets)[number]["value"];

const defaultValues: ReadonlyMap<string, number> = new Map([
  ["x1", 2],
  ["x2", 0],
  ["w1", -3],
  ["w2", 1],
  // Karpathy's bias: with it the neuron's output is √½ and its slope ½.
  ["b", 6.8813735870195432],
  ["a", 3],
  ["x", 2],
  ["y", -3],
  ["z", 4],
  ["b1", 6.5],
  ["b2", -1],
  ["v1", 1.5],
  ["v2", -2],
  ["target", 1],
]);

export const defaultOf = (name: string): number => defaultValues.get(name) ?? 1;
