// Random formulas for the tests of part one: text, the values of its leaves, and the number that JavaScript computes for it.

export interface RandomFormula {
  readonly text: string;
  readonly leaves: Readonly<Record<string, number>>;
  readonly value: number;
}

interface Term {
  readonly text: string;
  readonly value: number;
}

/** Mulberry32: numbers in [0, 1). */
function randomOf(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let bits = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

const binary: readonly ((a: Term, b: Term) => Term)[] = [
  (a, b) => ({ text: `(${a.text} + (${b.text}))`, value: a.value + b.value }),
  (a, b) => ({ text: `(${a.text}) - (${b.text})`, value: a.value - b.value }),
  (a, b) => ({ text: `(${a.text})*(${b.text})`, value: a.value * b.value }),
  (a, b) => ({ text: `(${a.text}) / (${b.text})`, value: a.value / b.value }),
  (a, b) => ({ text: `exp(${a.text})**(${b.text})`, value: Math.exp(a.value) ** b.value }),
];
const unary: readonly ((a: Term) => Term)[] = [
  (a) => ({ text: `-(${a.text})`, value: -a.value }),
  (a) => ({ text: `tanh(${a.text})`, value: Math.tanh(a.value) }),
  (a) => ({ text: `sigmoid(${a.text})`, value: 1 / (1 + Math.exp(-a.value)) }),
  (a) => ({ text: `relu(${a.text})`, value: Math.max(0, a.value) }),
  (a) => ({ text: `log(exp(${a.text}))`, value: Math.log(Math.exp(a.value)) }),
];

/** Four statements of a few ops each, that use the leaves p, q, r, numbers, and each other. */
export function randomFormula(seed: number): RandomFormula {
  const random = randomOf(seed);
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)];
  const leaves = Object.fromEntries(["p", "q", "r"].map((name) => [name, Math.round(random() * 4000 - 2000) / 1000]));
  const names: Term[] = Object.entries(leaves).map(([text, value]) => ({ text, value }));
  const term = (depth: number): Term => {
    if (depth === 0 || random() < 0.2) return random() < 0.2 ? { text: "1.5", value: 1.5 } : one(names);
    return random() < 0.6 ? one(binary)(term(depth - 1), term(depth - 1)) : one(unary)(term(depth - 1));
  };
  const lines = ["s", "t", "L"].map((name) => {
    const { text, value } = one(binary)(term(2), term(2));
    names.push({ text: name, value });
    return `${name} = ${text}`;
  });
  return { text: lines.join("\n"), leaves, value: names[names.length - 1].value };
}
