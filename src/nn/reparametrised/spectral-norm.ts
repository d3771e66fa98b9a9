// Spectral normalisation: a weight divided by its largest singular value, so that the layer stretches no vector (Miyato et al. 2018).
import { internal } from "../../errors/error.ts";
import { checkNumber, checkWhole } from "../../errors/numbers.ts";
import { takes } from "../../tensor/arguments.ts";
import { isTensor } from "../../tensor/copies.ts";
import { noGrad } from "../../tensor/mode.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { randn } from "../../tensor/random.ts";
import { inRegion } from "../../tensor/region.ts";
import { normalizeDim } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from "../convolutions/transposed.ts";
import type { Layer, Module } from "../module.ts";
import { checkWeighted, computeWeight, sourceOf, type Weighted } from "./weight.ts";

/** The options of spectralNorm. */
export interface SpectralNormOptions {
  /** How many iterations of the power method each call in training makes, from 1; 1 if left out. */
  readonly powerIterations?: number | undefined;
  /** The least length by which a vector is divided; 1e-12 if left out. */
  readonly eps?: number | undefined;
  /** The dim that has the outputs; 1 for transposed convolutions, else 0, if left out. */
  readonly dim?: number | undefined;
}

const names: OptionNames<SpectralNormOptions> = { powerIterations: true, eps: true, dim: true };

interface Power {
  readonly original: Tensor;
  readonly u: Tensor;
  readonly v: Tensor;
}

function powerOf(layer: Module): Power {
  const source = sourceOf(layer) ?? {};
  const vectors = source[0];
  const { original } = source;
  if (!isTensor(original) || vectors === undefined || isTensor(vectors))
    throw internal("a spectral norm has no source");
  return { original, u: vectors._u, v: vectors._v };
}

/** The weight as a matrix, with the dim of the outputs first. */
function matrixOf(weight: Tensor, dim: number): Tensor {
  const dims = [dim, ...weight.shape.flatMap((_, d) => (d === dim ? [] : [d]))];
  return weight.permute(dims).reshape([weight.shape[dim], -1]);
}

const normalised = (x: Tensor, eps: number): Tensor => x.div(x.square().sum().sqrt().maximum(eps));

/** The power method: u = W · v / |W · v|, v = Wᵀ · u / |Wᵀ · u|, which turn to the first singular vectors. */
function iterate({ original, u, v }: Power, dim: number, count: number, eps: number): void {
  noGrad(() => {
    const matrix = matrixOf(original, dim);
    for (let i = 0; i < count; i++) {
      u.assign(normalised(matrix.matmul(v), eps));
      v.assign(normalised(matrix.transpose().matmul(u), eps));
    }
  });
}

type Called = Module & { forward(...inputs: Tensor[]): unknown };

/**
 * Divides the weight of a layer by its largest singular value, σ = uᵀ · W · v, and returns the layer. In training each call of forward first moves u and
 * v, buffers, by `powerIterations` steps of the power method; the gradient takes them as constants. The names are those of PyTorch's
 * parametrizations.spectral_norm. A weight of one dim is divided by its length.
 */
export function spectralNorm<L extends Weighted & Pick<Layer, "forward">>(
  layer: L,
  options: SpectralNormOptions = {},
): L {
  takes("spectralNorm", arguments.length, 2);
  checkOptions("spectralNorm", options, names);
  checkWeighted("spectralNorm", layer);
  const isTransposed = [ConvTranspose1d, ConvTranspose2d, ConvTranspose3d].some((kind) => layer instanceof kind);
  const { powerIterations = 1, eps = 1e-12, dim = isTransposed ? 1 : 0 } = options;
  checkWhole("spectralNorm", "powerIterations", powerIterations, { from: 1 });
  checkNumber("spectralNorm", "eps", eps, { from: 0 });
  const place = normalizeDim("spectralNorm", dim, layer.weight.ndim);
  const original = layer.weight.detach();
  original.requiresGrad = true;
  const [rows, columns] = matrixOf(original.detach(), place).shape;
  const vector = (n: number) => noGrad(() => normalised(randn([n]).to(original.dtype), eps));
  const power = { original, u: vector(rows), v: vector(columns) };
  iterate(power, place, 15, eps);
  computeWeight(layer, { original, 0: { _u: power.u, _v: power.v } }, function weightOf(this: Module): Tensor {
    const { original: weight, u, v } = powerOf(this);
    return inRegion("spectralNorm", {}, () => {
      const sigma = u.detach().mul(matrixOf(weight, place).matmul(v.detach())).sum();
      return weight.div(sigma);
    });
  });
  const { forward } = Object.getPrototypeOf(layer) as Called;
  Object.defineProperty(layer, "forward", {
    value: function iteratedForward(this: Called, ...inputs: Tensor[]): unknown {
      if (this.training) iterate(powerOf(this), place, powerIterations, eps);
      return forward.apply(this, inputs);
    },
    enumerable: false,
    configurable: true,
    writable: true,
  });
  return layer;
}
