// Random numbers from a counter: each number is a function of the seed's key, the number of the draw and the index in it. The functions use
// only operations that every backend rounds alike (+ - * / sqrt, comparisons), so that the numbers are the same everywhere.
import { ChainruleError } from "../errors/error.ts";
import { checkWhole } from "../errors/numbers.ts";
import { checkTensor, takes } from "./arguments.ts";
import { type CreateOptions, checkFloating, createNames, full, tensor } from "./create.ts";
import { type DType, describe, type FloatingDType } from "./dtype.ts";
import { label } from "./labels.ts";
import { noGrad } from "./mode.ts";
import { checkOptions } from "./options.ts";
import type { Operand } from "./promotion.ts";
import { isReadable } from "./readable.ts";
import { checkShape, type Shape } from "./shape.ts";
import { type Streamed, stream } from "./stream.ts";
import { apply, type Tensor } from "./tensor.ts";
import { checkWeights } from "./weights.ts";

interface Generator {
  /** int32 [2] */
  readonly key: Tensor;
  /** int32 []: the number of draws so far. */
  readonly counter: Tensor;
  /** int32 []: the index of the first number in a draw; null if it is 0. */
  readonly first: Tensor | null;
}

const globalGenerator: Generator = {
  key: tensor([0, 0], { dtype: "int32" }),
  counter: tensor(0, { dtype: "int32" }),
  first: null,
};
for (const name of ["key", "counter"] as const)
  label(globalGenerator[name], { owner: globalGenerator, kind: "random", name });
let generator = globalGenerator;

/** Restarts the generator with a seed, a whole number: the same seed gives the same numbers. Without this call the seed is 0. */
export function manualSeed(seed: number): void {
  takes("manualSeed", arguments.length, 1);
  checkWhole("manualSeed", "the seed", seed);
  generator.key.assign(tensor([seed | 0, Math.floor(seed / 2 ** 32) | 0], { dtype: "int32" }));
  generator.counter.assign(full([], 0, { dtype: "int32" }));
}

/** Returns the generator's key and counter, int32 [3], for setRngState. */
export function getRngState(): Tensor {
  takes("getRngState", arguments.length, 0);
  return apply("concat", [generator.key, generator.counter.reshape([1])], { dim: 0 });
}

/** Restores a state of the generator that getRngState() returned. */
export function setRngState(state: Tensor): void {
  takes("setRngState", arguments.length, 1);
  checkTensor("setRngState", "state", state);
  if (state.dtype !== "int32" || state.ndim !== 1 || state.size !== 3)
    throw new ChainruleError("shape", "setRngState", `the state is int32[3], not ${describe(state)}`);
  generator.key.assign(state.slice([0, 2]));
  generator.counter.assign(state.slice(2));
}

/** int32: whole numbers from 0 to 2 ** bits - 1, or any int32 for 32 bits. */
function randomBits(shape: Shape, bits: number): Tensor {
  const { key, counter, first } = generator;
  const drawn = apply("randomBits", first ? [key, counter, first] : [key, counter], { shape: [...shape], bits });
  counter.assign(counter.add(1));
  return drawn;
}

/** Turns a function that draws random numbers into a streamed function, in which the generator is that of a piece. */
const drawing =
  (draw: (shape: Shape, numbers: readonly Operand[], streamed: readonly Tensor[]) => Tensor): Streamed =>
  ({ shape, first, shared: [key, counter], numbers, streamed }) => {
    const before = generator;
    generator = { key, counter, first };
    try {
      return [draw(shape, numbers, streamed)];
    } finally {
      generator = before;
    }
  };

interface Drawn extends CreateOptions {
  readonly numbers?: readonly number[];
  readonly streamed?: readonly Tensor[];
}

function drawn(draw: Streamed, shape: Shape, { numbers = [], streamed = [], requiresGrad = false }: Drawn): Tensor {
  const [x] = stream({
    f: draw,
    shape: [...shape],
    streamed,
    shared: [globalGenerator.key, globalGenerator.counter],
    numbers,
  });
  if (requiresGrad) x.requiresGrad = true;
  return x;
}

function checkDraw(call: string, shape: Shape, dtype: DType = "float32"): FloatingDType {
  checkShape(call, shape);
  checkFloating(call, dtype);
  return dtype;
}

/** Multiples of 2⁻²⁴ in float32, of 2⁻⁵³ in float64. */
const uniform: Readonly<Record<FloatingDType, (shape: Shape) => Tensor>> = {
  float32: (shape) =>
    randomBits(shape, 24)
      .to("float32")
      .mul(2 ** -24),
  float64: (shape) => {
    const high = randomBits(shape, 26)
      .to("float64")
      .mul(2 ** -26);
    return high.add(
      randomBits(shape, 27)
        .to("float64")
        .mul(2 ** -53),
    );
  },
};
/** Odd multiples of 2⁻²⁴ in (0, 1); they are never 0 or 1. */
const openUniform = (shape: Shape): Tensor =>
  randomBits(shape, 23)
    .to("float32")
    .mul(2)
    .add(1)
    .mul(2 ** -24);

/** A polynomial by Horner's rule, with the coefficient of the highest power first: ((c0 · x + c1) · x + c2) · ... */
function polynomial(x: Tensor, [first, second, ...others]: readonly number[]): Tensor {
  return others.reduce((sum, c) => sum.mul(x).add(c), x.mul(first).add(second));
}

/** The logarithm of float32 x in [2⁻³², 1]: x = m · 2⁻ᵉ, then Moshier's polynomial for log m (Cephes, logf.c). */
export function logUnit(x: Tensor): Tensor {
  let m = x;
  let e = x.mul(0);
  for (const power of [16, 8, 4, 2, 1]) {
    const isSmall = m.lt(2 ** -power);
    e = e.add(power).where(isSmall, e);
    m = m.mul(2 ** power).where(isSmall, m);
  }
  const isLow = m.lt(Math.SQRT1_2);
  e = e.add(1).where(isLow, e);
  const z = m.mul(2).where(isLow, m).sub(1);
  const coefficients = [
    7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
    2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
  ];
  const square = z.mul(z);
  return polynomial(z, coefficients).mul(z).mul(square).sub(square.mul(0.5)).add(z).sub(e.mul(Math.LN2));
}

/** √2 · erf⁻¹(x) by Giles's polynomials in w = -log(1 - x²) ("Approximating the erfinv function", GPU Computing Gems, 2012). */
function normalQuantile(x: Tensor): Tensor {
  const w = logUnit(x.neg().add(1).mul(x.add(1))).neg();
  const central = polynomial(
    w.sub(2.5),
    [
      2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 2.1858087e-4, -1.25372503e-3, -4.17768164e-3,
      2.46640727e-1, 1.50140941,
    ],
  );
  const tail = polynomial(
    w.maximum(5).sqrt().sub(3),
    [
      -2.00214257e-4, 1.00950558e-4, 1.34934322e-3, -3.67342844e-3, 5.73950773e-3, -7.6224613e-3, 9.43887047e-3,
      1.00167406, 2.83297682,
    ],
  );
  return central.where(w.lt(5), tail).mul(x).mul(Math.SQRT2);
}

/** Normal numbers in float32, within ±5.3; for float64 they are converted. */
const normal: Readonly<Record<FloatingDType, (shape: Shape) => Tensor>> = {
  float32: (shape) => normalQuantile(openUniform(shape).mul(2).sub(1)),
  float64: (shape) => normal.float32(shape).to("float64"),
};

/** For each dtype, the draw itself ("plain"), and the draw scaled and shifted ("affine"). */
const draws = (of: Readonly<Record<FloatingDType, (shape: Shape) => Tensor>>) => {
  const each = (dtype: FloatingDType) => ({
    plain: drawing((shape) => of[dtype](shape)),
    affine: drawing((shape, [scale, shift]) => of[dtype](shape).mul(scale).add(shift)),
  });
  return { float32: each("float32"), float64: each("float64") };
};
const uniformDraws = draws(uniform);
const normalDraws = draws(normal);

/** Draws from the uniform distribution on [0, 1): multiples of 2⁻²⁴ in float32, of 2⁻⁵³ in float64. */
export function rand(shape: Shape, options: CreateOptions = {}): Tensor {
  takes("rand", arguments.length, 2);
  checkOptions("rand", options, createNames);
  const dtype = checkDraw("rand", shape, options.dtype);
  return drawn(uniformDraws[dtype].plain, shape, options);
}

/** Draws from the normal distribution with mean 0 and variance 1: float32 numbers within ±5.3, converted if the dtype is float64. */
export function randn(shape: Shape, options: CreateOptions = {}): Tensor {
  takes("randn", arguments.length, 2);
  checkOptions("randn", options, createNames);
  const dtype = checkDraw("randn", shape, options.dtype);
  return drawn(normalDraws[dtype].plain, shape, options);
}

/** rand · scale + shift, in one pass. */
export function randScaled(shape: Shape, scale: number, shift: number, options: CreateOptions = {}): Tensor {
  const dtype = checkDraw("rand", shape, options.dtype);
  return drawn(uniformDraws[dtype].affine, shape, { ...options, numbers: [scale, shift] });
}

/** randn · scale + shift, in one pass. */
export function randnScaled(shape: Shape, scale: number, shift: number, options: CreateOptions = {}): Tensor {
  const dtype = checkDraw("randn", shape, options.dtype);
  return drawn(normalDraws[dtype].affine, shape, { ...options, numbers: [scale, shift] });
}

const words = drawing((shape) => randomBits(shape, 32));

/** Returns the numbers from 0 to n - 1 in random order, int32 [n]. */
export function randperm(n: number): Tensor {
  takes("randperm", arguments.length, 1);
  checkShape("randperm", [n]);
  return apply("topk", [drawn(words, [n], {})], { dim: 0, k: n });
}

/** weight / E with E from the exponential distribution, the keys of multinomial. */
const races = drawing((shape, _, [weights]) => weights.div(logUnit(openUniform(shape)).neg()));

/**
 * Draws indices without replacement from each row of weights, which need not sum to 1: int32 [count] or [rows, count]. Throws if a weight is
 * negative, NaN or infinite in float32, or if a row has fewer than `count` weights above 0. A compiled function cannot check the weights: there
 * the indices of such a row have no meaning. (They are the largest of weight / E, with E exponential: Efraimidis and Spirakis 2006.)
 */
export function multinomial(probabilities: Tensor, count: number): Tensor {
  takes("multinomial", arguments.length, 2);
  checkTensor("multinomial", "probabilities", probabilities);
  const n = probabilities.shape.at(-1) ?? 0;
  if (probabilities.ndim < 1 || probabilities.ndim > 2 || !Number.isInteger(count) || count < 1 || count > n) {
    throw new ChainruleError(
      "shape",
      "multinomial",
      `cannot draw ${count} without replacement from ${describe(probabilities)}`,
    );
  }
  return noGrad(() => {
    const weights = probabilities.to("float32");
    if (isReadable(weights)) checkWeights(weights, count);
    return drawn(races, weights.shape, { streamed: [weights] }).topk(count).indices;
  });
}
