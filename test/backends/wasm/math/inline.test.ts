// The vector functions keep the bounds that their table states, against the op table in float64, over all of float32.
//
//   EXHAUSTIVE=exp,log npx vitest run test/backends/wasm/math/inline.test.ts      tests all 2³² arguments of exp and log; minutes each
import { describe, expect, it } from "vitest";
import { Module } from "../../../../src/backends/wasm/assembler/assembler.ts";
import { MathFunctions } from "../../../../src/backends/wasm/math/inline.ts";
import { type MathName, vectorMath } from "../../../../src/loops/math/functions.ts";
import { elementwise } from "../../../../src/tensor/ops/elementwise.ts";

const names = Object.keys(vectorMath) as MathName[];
const unaries = names.filter((name) => vectorMath[name].operands === 1);
const exhaustive = unaries.filter((name) => process.env.EXHAUSTIVE?.split(",").includes(name));

const chunk = 1 << 14;
const pages = { initial: 3, maximum: 3 };
const memory = new WebAssembly.Memory(pages);
const [a, b, y] = [0, 1, 2].map((i) => new Float32Array(memory.buffer, 4 * chunk * i, chunk));
const [bitsOfA, bitsOfB, bitsOfY] = [a, b, y].map(
  ({ buffer, byteOffset }) => new Uint32Array(buffer, byteOffset, chunk),
);
const want = new Float64Array(chunk);

/** compute[name]() is y[i] = f(a[i], b[i]) for all i. */
const compute = (() => {
  const module = new Module({ ...pages, shared: false });
  const functions = new MathFunctions(module);
  for (const name of names) {
    const callee = functions.function(name);
    const kernel = module.function(`${name} of many`, { parameters: [], results: [] }, (code) => {
      const i = code.local("i32");
      const [from, to] = [() => code.i32(0), () => code.i32(4 * chunk)];
      code.for(i, from, to, 16, () => {
        code.get(i).get(i).memory("v128.load");
        if (vectorMath[name].operands === 2) code.get(i).memory("v128.load", 4 * chunk);
        code.call(callee).memory("v128.store", 8 * chunk);
      });
    });
    module.export(name, kernel);
  }
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.bytes()), { env: { memory } });
  return exports as Record<MathName, () => void>;
})();

/** The result by the op table, in float64. */
function define(name: MathName): void {
  const type = { shape: [chunk], dtype: "float64" } as const;
  elementwise[name].evaluate(
    { ...type, data: want },
    [a, b].map((data) => ({ ...type, data })),
    {},
  );
}

const double = new Float64Array(1);
const words = new Int32Array(double.buffer);
/** One unit in the last place of a float32, by the exponent field of the float64 with the same value. */
const units = Float64Array.from({ length: 2048 }, (_, field) => 2 ** (Math.max(field - 1023, -126) - 23));

/** |got - exact| in units in the last place of float32; a wrong sign of zero is an error, and ∞ is one unit above the largest number. */
function error(got: number, exact: number): number {
  if (Object.is(got, exact)) return 0;
  if (Number.isNaN(got) || Number.isNaN(exact)) return Infinity;
  if (got === 0 && (exact === 0 || 1 / got > 0 !== exact > 0)) return Infinity;
  const bounded = (x: number): number => Math.min(Math.max(x, -(2 ** 128)), 2 ** 128);
  double[0] = Math.abs(exact) < 2 ** 128 ? exact : 2 ** 127;
  return Math.abs(bounded(got) - bounded(exact)) / units[(words[1] >>> 20) & 2047];
}

/** The largest error of `count` cases, and its arguments; set(i, place) writes case i into a and b. */
function worst(name: MathName, count: number, set: (i: number, place: number) => void): { error: number; at: string } {
  let largest = { error: 0, at: "" };
  for (let first = 0; first < count; first += chunk) {
    for (let i = 0; i < chunk; i++) set(Math.min(first + i, count - 1), i);
    compute[name]();
    define(name);
    for (let i = 0; i < chunk; i++) {
      if (y[i] === Math.fround(want[i]) && y[i] !== 0) continue; // correctly rounded
      const e = error(y[i], want[i]);
      if (e <= largest.error) continue;
      const [x, exponent] = [bitsOfA, bitsOfB].map((bits) => `0x${bits[i].toString(16).padStart(8, "0")}`);
      const call = name === "pow" ? `pow(${x} = ${a[i]}, ${exponent} = ${b[i]})` : `${name}(${x} = ${a[i]})`;
      largest = { error: e, at: `${call} = ${y[i]}, not ${want[i]}` };
    }
  }
  return largest;
}

const bounded = (name: MathName, { error, at }: { error: number; at: string }): void =>
  expect(error, `${error} ulp: ${at}`).toBeLessThanOrEqual(vectorMath[name].ulp);

/** Arguments where an algorithm changes: zeros, ends of ranges, thresholds, halves, multiples of π/2 and of ln 2. */
const thresholds = [
  ...[0, 0.5, 1, 1.5, 2, 3, 4, Math.SQRT1_2, Math.SQRT2, 0.625, 0.9, 3.92, 3.95, 9.01, 10, 16.6, 17.33, 20, 30, 87.34],
  ...[88, 88.73, 89, 103.28, 103.98, 104, 126, 127, 128, 149, 150, 1e4, 1e38, 2 ** 23, 2 ** 24, 2 ** 25, 2 ** 26],
  ...[2 ** 31, 2 ** 32, 2 ** 64, 2 ** 127, 2 ** -12, 2 ** -24, 2 ** -25, 2 ** -126, 2 ** -149, 1e-40, 1e-20],
  ...[Infinity, Number.NaN],
].flatMap((x) => [x, -x]);
const multiples = Array.from({ length: 300 }, (_, i) => i / 2 - 75).flatMap((n) => [n * Math.PI, n * Math.LN2]);
const bitsOf = (x: number): number => new Uint32Array(Float32Array.of(x).buffer)[0];
const neighbours = [...thresholds, ...multiples].flatMap((x) =>
  Array.from({ length: 129 }, (_, i) => bitsOf(x) + i - 64),
);

describe.each(unaries)("%s keeps its bound", (name) => {
  it("over all float32", () => {
    const count = Math.floor(2 ** 32 / 997);
    bounded(
      name,
      worst(name, count, (i, place) => void (bitsOfA[place] = 997 * i)),
    );
  });
  it("around zeros, thresholds, infinities and NaN", () => {
    const { length } = neighbours;
    bounded(
      name,
      worst(name, length, (i, place) => void (bitsOfA[place] = neighbours[i])),
    );
  });
});

describe("pow keeps its bound", () => {
  it("for each pair of special values and their neighbours", () => {
    const values = thresholds.flatMap((x) => [bitsOf(x) - 1, bitsOf(x), bitsOf(x) + 1]);
    const pair = (i: number, place: number): void => {
      bitsOfA[place] = values[i % values.length];
      bitsOfB[place] = values[Math.floor(i / values.length)];
    };
    bounded("pow", worst("pow", values.length ** 2, pair));
  });
  it("for small whole exponents of all numbers", () => {
    const pair = (i: number, place: number): void => {
      bitsOfA[place] = 20011 * i;
      b[place] = (i % 17) - 8;
    };
    bounded("pow", worst("pow", Math.floor(2 ** 32 / 20011), pair));
  });
  it("for results over all float32: b = log₂ y / log₂ a", () => {
    const pair = (i: number, place: number): void => {
      bitsOfA[place] = (i * 2654435769) % 0x7f80_0000;
      b[place] = (((i * 40503) % 65536) * (282 / 65536) - 152) / Math.log2(a[place]);
    };
    bounded("pow", worst("pow", 1 << 20, pair));
  });
});

describe.each(exhaustive)("%s keeps its bound", (name) => {
  it("for all 2³² arguments", { timeout: 3_600_000 }, () => {
    const result = worst(name, 2 ** 32, (i, place) => (bitsOfA[place] = i));
    console.log(`${name}: ${result.error.toFixed(4)} ulp, ${result.at}`);
    bounded(name, result);
  });
});

it("gives the same bits on every machine", () => {
  let hash = 0;
  for (const name of names) {
    for (let i = 0; i < chunk; i++) [bitsOfA[i], b[i]] = [i * 262139, (i % 31) / 4 - 4];
    compute[name]();
    for (let i = 0; i < chunk; i++)
      hash = Math.imul(hash ^ (Number.isNaN(y[i]) ? 0x7fc0_0000 : bitsOfY[i]), 0x0100_0193);
  }
  expect((hash >>> 0).toString(16)).toBe("e0e06e7e");
});

it("writes a function once into a module", () => {
  const functions = new MathFunctions(new Module({ ...pages, shared: false }));
  const exp = functions.function("exp");
  expect(functions.function("log")).not.toBe(exp);
  expect(functions.function("exp")).toBe(exp);
});
