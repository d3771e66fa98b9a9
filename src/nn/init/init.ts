// Initialisers of parameters, under PyTorch's names (torch.nn.init). Each fills a tensor in place, by `assign`, in the tensor's own
// dtype and with numbers of the seeded generator, and returns the tensor; none is recorded for gradients. Weights are
// [out, in, ...window]: fanIn = in · window, fanOut = out · window.
import { ChainruleError } from "../../errors/error.ts";
import { checkTensor, takes } from "../../tensor/arguments.ts";
import { full } from "../../tensor/create.ts";
import { describe } from "../../tensor/dtype.ts";
import { noGrad } from "../../tensor/mode.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { randn, randnScaled, randScaled } from "../../tensor/random.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { orthonormalRows } from "./orthonormal.ts";

/** Gives x new contents without a history. */
const fill = (x: Tensor, values: () => Tensor): Tensor => noGrad(() => x.assign(values()));

/** Fills x from the uniform distribution on [a, b). Throws unless x is float32 or float64. */
export function uniform(x: Tensor, a = 0, b = 1): Tensor {
  takes("init.uniform", arguments.length, 3);
  checkTensor("init.uniform", "x", x);
  checkFinite("init.uniform", x, { a, b });
  return fill(x, () => randScaled(x.shape, b - a, a, { dtype: x.dtype }));
}

/** Fills x from the normal distribution with this mean and this standard deviation. Throws unless x is float32 or float64. */
export function normal(x: Tensor, mean = 0, std = 1): Tensor {
  takes("init.normal", arguments.length, 3);
  checkTensor("init.normal", "x", x);
  checkFinite("init.normal", x, { mean, std });
  return fill(x, () => randnScaled(x.shape, std, mean, { dtype: x.dtype }));
}

/** Fills x with one value. */
export function constant(x: Tensor, value: number): Tensor {
  takes("init.constant", arguments.length, 2);
  checkTensor("init.constant", "x", x);
  return fill(x, () => full(x.shape, value, { dtype: x.dtype }));
}

/** Fills x with 0. */
export function zeros(x: Tensor): Tensor {
  takes("init.zeros", arguments.length, 1);
  checkTensor("init.zeros", "x", x);
  return constant(x, 0);
}
/** Fills x with 1. */
export function ones(x: Tensor): Tensor {
  takes("init.ones", arguments.length, 1);
  checkTensor("init.ones", "x", x);
  return constant(x, 1);
}

/**
 * Fills x from the uniform distribution on ±gain · √(6 / (fanIn + fanOut)) (Glorot and Bengio 2010). Throws if x has fewer than two
 * dims.
 */
export function xavierUniform(x: Tensor, gain = 1): Tensor {
  takes("init.xavierUniform", arguments.length, 2);
  checkTensor("init.xavierUniform", "x", x);
  const { fanIn, fanOut } = fans("init.xavierUniform", x);
  const bound = gain * Math.sqrt(6 / (fanIn + fanOut));
  return uniform(x, -bound, bound);
}

/**
 * Fills x from the normal distribution, std = gain · √(2 / (fanIn + fanOut)) (Glorot and Bengio 2010). Throws if x has fewer than two
 * dims.
 */
export function xavierNormal(x: Tensor, gain = 1): Tensor {
  takes("init.xavierNormal", arguments.length, 2);
  checkTensor("init.xavierNormal", "x", x);
  const { fanIn, fanOut } = fans("init.xavierNormal", x);
  return normal(x, 0, gain * Math.sqrt(2 / (fanIn + fanOut)));
}

/** The nonlinearity that follows a layer. */
export type Nonlinearity = "linear" | "sigmoid" | "tanh" | "relu" | "leakyRelu" | "selu";

/** The options of kaimingUniform and kaimingNormal; fanIn, leakyRelu and a = 0 if left out. */
export interface KaimingOptions {
  /** The slope of leakyRelu below 0. */
  a?: number | undefined;
  /** Which variance the layer preserves: that of activations in the forward pass ("fanIn"), or of gradients in the backward pass ("fanOut"). */
  mode?: "fanIn" | "fanOut" | undefined;
  /** The nonlinearity that follows the layer; it determines the gain. */
  nonlinearity?: Nonlinearity | undefined;
}

const kaimingNames: OptionNames<KaimingOptions> = { a: true, mode: true, nonlinearity: true };

/** Fills x from the uniform distribution on ±gain · √(3 / fan) (He et al. 2015). Throws if x has fewer than two dims. */
export function kaimingUniform(x: Tensor, options: KaimingOptions = {}): Tensor {
  takes("init.kaimingUniform", arguments.length, 2);
  checkTensor("init.kaimingUniform", "x", x);
  const bound = Math.sqrt(3) * kaimingStd("init.kaimingUniform", x, options);
  return uniform(x, -bound, bound);
}

/** Fills x from the normal distribution, std = gain / √fan (He et al. 2015). Throws if x has fewer than two dims. */
export function kaimingNormal(x: Tensor, options: KaimingOptions = {}): Tensor {
  takes("init.kaimingNormal", arguments.length, 2);
  checkTensor("init.kaimingNormal", "x", x);
  return normal(x, 0, kaimingStd("init.kaimingNormal", x, options));
}

/**
 * Fills x with gain · a random matrix, in which all dims of x but the first are merged, and whose rows (or columns, if it has more
 * rows than columns) are orthonormal (Saxe et al. 2014). Throws if x has fewer than two dims.
 */
export function orthogonal(x: Tensor, gain = 1): Tensor {
  takes("init.orthogonal", arguments.length, 2);
  checkTensor("init.orthogonal", "x", x);
  fans("init.orthogonal", x);
  const [rows, columns] = [x.shape[0], sizeOf(x.shape.slice(1))];
  return fill(x, () => {
    const wide = orthonormalRows(randn([Math.min(rows, columns), Math.max(rows, columns)], { dtype: "float64" }));
    return (rows > columns ? wide.transpose() : wide).mul(gain).reshape(x.shape).to(x.dtype);
  });
}

/**
 * The factor on the weights that compensates for the variance that a nonlinearity removes, as in PyTorch's calculate_gain; `a` is the
 * slope of leakyRelu below 0. Throws if there is no such nonlinearity.
 */
export function gain(nonlinearity: Nonlinearity, a = 0.01): number {
  takes("init.gain", arguments.length, 2);
  const gains = {
    linear: 1,
    sigmoid: 1,
    tanh: 5 / 3,
    relu: Math.SQRT2,
    leakyRelu: Math.sqrt(2 / (1 + a * a)),
    selu: 3 / 4,
  } satisfies Record<Nonlinearity, number>;
  if (!Object.hasOwn(gains, nonlinearity)) {
    throw new ChainruleError(
      "option",
      "init.gain",
      `there is no nonlinearity ${nonlinearity}; there are ${Object.keys(gains).join(", ")}`,
    );
  }
  return gains[nonlinearity];
}

function kaimingStd(call: string, x: Tensor, options: KaimingOptions): number {
  checkOptions(call, options, kaimingNames);
  const { a = 0, mode = "fanIn", nonlinearity = "leakyRelu" } = options;
  const fan = fans(call, x)[mode];
  if (fan === undefined) throw new ChainruleError("option", call, `mode is "fanIn" or "fanOut", not ${mode}`);
  return gain(nonlinearity, a) / Math.sqrt(fan);
}

function fans(call: string, x: Tensor): Readonly<Record<"fanIn" | "fanOut", number>> {
  if (x.ndim < 2) throw new ChainruleError("shape", call, `a weight is [out, in, ...window], not ${describe(x)}`);
  const window = sizeOf(x.shape.slice(2));
  return { fanIn: x.shape[1] * window, fanOut: x.shape[0] * window };
}

function checkFinite(call: string, x: Tensor, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (x.size > 0 && !Number.isFinite(value))
      throw new ChainruleError("option", call, `${name} is a finite number, not ${value}`);
  }
}

// Those that fill particular places, or a part of the normal distribution.
export { dirac, eye, sparse, truncNormal } from "./patterns.ts";
