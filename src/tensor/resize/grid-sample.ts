// Reads an image or a volume at places that a grid names, as in a spatial transformer (Jaderberg et al. 2015): rotations, shifts, lenses. The result can
// be differentiated with respect to the image and to the places.
import { ChainruleError } from "../../errors/error.ts";
import { checkTensor, shown, takes } from "../arguments.ts";
import { describe, isFloating } from "../dtype.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import { constant } from "../promotion.ts";
import { inRegion } from "../region.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";

/** The options of gridSample. */
export interface GridSampleOptions {
  /** "bilinear" weighs the neighbours of a place (of a volume eight), "nearest" takes one, "bicubic" weighs sixteen, of images alone. */
  readonly mode?: "bilinear" | "nearest" | "bicubic" | undefined;
  /** What stands beyond the edges: zeros ("zeros"), the elements at the edge ("border"), or the mirrored image ("reflection"); zeros if left out. */
  readonly paddingMode?: "zeros" | "border" | "reflection" | undefined;
  /** Whether -1 and 1 are the centres of the corners instead of their edges; false if left out. */
  readonly alignCorners?: boolean | undefined;
}

const names: OptionNames<GridSampleOptions> = { mode: true, paddingMode: true, alignCorners: true };

type Complete = Required<{ [Name in keyof GridSampleOptions]: NonNullable<GridSampleOptions[Name]> }>;

const not = (condition: Tensor): Tensor => condition.logicalNot();

/** Limits places to the range from 0 to n - 1; as in PyTorch the gradient is 0 at both ends, and NaN becomes 0. */
const clipped = (p: Tensor, n: number): Tensor => p.where(p.gt(0), 0).where(not(p.ge(n - 1)), n - 1);

/** Mirrors places at both ends until they are inside, then limits them. */
function reflected(p: Tensor, n: number, alignCorners: boolean): Tensor {
  const [low, span] = alignCorners ? [0, n - 1] : [-0.5, n];
  if (span <= 0) return constant(p, 0);
  const distance = p.sub(low).abs();
  const flips = distance.detach().div(span).floor();
  const rest = distance.sub(flips.mul(span));
  const isEven = flips.mul(0.5).floor().mul(2).eq(flips);
  return clipped(rest.where(isEven, rest.neg().add(span)).add(low), n);
}

function padded(p: Tensor, n: number, { paddingMode, alignCorners }: Complete): Tensor {
  if (paddingMode === "zeros") return p;
  return paddingMode === "border" ? clipped(p, n) : reflected(p, n, alignCorners);
}

/** The elements of x [N, C, ...spatial] at whole places, one tensor [N, P] for each spatial dim -> [N, C, P]; 0 outside. */
function elementsAt(x: Tensor, places: readonly Tensor[]): Tensor {
  const sizes = x.shape.slice(2);
  const [batch, channels] = x.shape;
  const inside = places.map((p, dim) => p.ge(0).logicalAnd(p.le(sizes[dim] - 1))).reduce((a, b) => a.logicalAnd(b));
  const flat = places.map((p) => p.where(inside, 0).to("int32")).reduce((sum, p, dim) => sum.mul(sizes[dim]).add(p));
  const count = flat.shape[1];
  const index = flat.unsqueeze(1).expand([batch, channels, count]);
  return x.flatten(2).gather(2, index).where(inside.unsqueeze(1), 0);
}

/** Σ over the 2ᵈ corners around a place of the product of the shares, 1 - t below and t above. */
function linear(x: Tensor, places: readonly Tensor[], options: Complete): Tensor {
  const own = places.map((p, dim) => padded(p, x.shape[2 + dim], options));
  const low = own.map((p) => p.detach().floor());
  const shares = own.map((p, dim) => p.sub(low[dim]));
  const corners = Array.from({ length: 2 ** own.length }, (_, bits) => own.map((_, dim) => (bits >> dim) & 1));
  return corners
    .map((corner) => {
      const weight = shares.map((t, dim) => (corner[dim] === 1 ? t : t.neg().add(1))).reduce((a, b) => a.mul(b));
      const elements = elementsAt(
        x,
        low.map((p, dim) => p.add(corner[dim])),
      );
      return elements.mul(weight.unsqueeze(1));
    })
    .reduce((sum, term) => sum.add(term));
}

/** The weights of resize/along-dim.ts as functions of t. */
function cubicShares(t: Tensor): readonly Tensor[] {
  const a = -0.75;
  const near = (d: Tensor) =>
    d
      .mul(a + 2)
      .sub(a + 3)
      .mul(d)
      .mul(d)
      .add(1);
  const far = (d: Tensor) =>
    d
      .mul(a)
      .sub(5 * a)
      .mul(d)
      .add(8 * a)
      .mul(d)
      .sub(4 * a);
  return [far(t.add(1)), near(t), near(t.neg().add(1)), far(t.neg().add(2))];
}

/** Σ over sixteen neighbours; each of them is padded by itself. */
function cubic(x: Tensor, places: readonly Tensor[], options: Complete): Tensor {
  const low = places.map((p) => p.detach().floor());
  const [rows, columns] = places.map((p, dim) => cubicShares(p.sub(low[dim])));
  const at = (dim: number, tap: number) => padded(low[dim].add(tap - 1), x.shape[2 + dim], options);
  return rows
    .flatMap((row, i) =>
      columns.map((column, j) => elementsAt(x, [at(0, i), at(1, j)]).mul(row.mul(column).unsqueeze(1))),
    )
    .reduce((sum, term) => sum.add(term));
}

function check(x: Tensor, grid: Tensor, { mode = "bilinear", paddingMode = "zeros" }: GridSampleOptions): void {
  const spatial = x.ndim - 2;
  const fits = (spatial === 2 || spatial === 3) && grid.ndim === x.ndim && grid.shape.at(-1) === spatial;
  if (
    !fits ||
    grid.shape[0] !== x.shape[0] ||
    !isFloating(x.dtype) ||
    grid.dtype !== x.dtype ||
    x.shape.slice(2).includes(0)
  )
    throw new ChainruleError(
      "shape",
      "gridSample",
      `x [N, C, H, W] goes with a grid [N, H', W', 2] of its dtype, and x [N, C, D, H, W] with [N, D', H', W', 3], not ${describe(x)} with ${describe(grid)}`,
    );
  if (mode !== "bilinear" && mode !== "nearest" && (mode !== "bicubic" || spatial !== 2))
    throw new ChainruleError(
      "option",
      "gridSample",
      `mode is "bilinear", "nearest" or, for images, "bicubic", not ${shown(mode)}`,
    );
  if (paddingMode !== "zeros" && paddingMode !== "border" && paddingMode !== "reflection")
    throw new ChainruleError(
      "option",
      "gridSample",
      `paddingMode is "zeros", "border" or "reflection", not ${shown(paddingMode)}`,
    );
}

/**
 * Reads x [N, C, H, W] at the places of a grid [N, H', W', 2] -> [N, C, H', W'], or x [N, C, D, H, W] at those of [N, D', H', W', 3]. A place is (x, y) or (x, y, z), width
 * first, from -1 at one edge of the image to 1 at the other.
 */
export function gridSample(x: Tensor, grid: Tensor, options: GridSampleOptions = {}): Tensor {
  takes("gridSample", arguments.length, 3);
  checkTensor("gridSample", "x", x);
  checkTensor("gridSample", "grid", grid);
  checkOptions("gridSample", options, names);
  check(x, grid, options);
  const { mode = "bilinear", paddingMode = "zeros", alignCorners = false } = options;
  const complete: Complete = { mode, paddingMode, alignCorners };
  return inRegion("gridSample", { ...complete }, () =>
    within("gridSample", () => {
      const [batch, channels, ...sizes] = x.shape;
      const result = grid.shape.slice(1, -1);
      const count = result.reduce((product, n) => product * n, 1);
      const flat = grid.reshape([batch, count, sizes.length]);
      const places = sizes.map((n, dim) => {
        const p = flat.slice(null, null, sizes.length - 1 - dim).add(1);
        return alignCorners ? p.mul((n - 1) / 2) : p.mul(n).sub(1).div(2);
      });
      return sampled(x, places, complete).reshape([batch, channels, ...result]);
    }),
  );
}

function sampled(x: Tensor, places: readonly Tensor[], options: Complete): Tensor {
  if (options.mode === "bilinear") return linear(x, places, options);
  if (options.mode === "bicubic") return cubic(x, places, options);
  const nearest = places.map((p, dim) => padded(p.detach(), x.shape[2 + dim], options).round());
  return elementsAt(x, nearest);
}

/** The options of affineGrid. */
export interface AffineGridOptions {
  /** Whether -1 and 1 are the centres of the corners instead of their edges; false if left out. */
  readonly alignCorners?: boolean | undefined;
}

const gridNames: OptionNames<AffineGridOptions> = { alignCorners: true };

/**
 * The grid that gridSample takes for affine maps theta, [N, 2, 3] for images of this size, [N, C, H, W], and [N, 3, 4] for volumes [N, C, D, H, W]: the place of
 * each element of the result, theta · (x, y, 1) -> [N, H, W, 2] or [N, D, H, W, 3].
 */
export function affineGrid(theta: Tensor, size: readonly number[], options: AffineGridOptions = {}): Tensor {
  takes("affineGrid", arguments.length, 3);
  checkTensor("affineGrid", "theta", theta);
  checkOptions("affineGrid", options, gridNames);
  const { alignCorners = false } = options;
  const spatial = Array.isArray(size) ? size.length - 2 : 0;
  const fits =
    theta.ndim === 3 && theta.shape[0] === size[0] && theta.shape[1] === spatial && theta.shape[2] === spatial + 1;
  if (!fits || (spatial !== 2 && spatial !== 3) || !isFloating(theta.dtype))
    throw new ChainruleError(
      "shape",
      "affineGrid",
      `theta is [N, 2, 3] with a size [N, C, H, W], or [N, 3, 4] with [N, C, D, H, W], not ${describe(theta)} with ${shown(size)}`,
    );
  return inRegion("affineGrid", { alignCorners, size: [...size] }, () => {
    const sizes = size.slice(2);
    const count = sizes.reduce((product, n) => product * n, 1);
    // Along each dim from -1 to 1; width comes first in a place.
    const axes = sizes.map((n, dim) => {
      const numbers = theta.apply("iota", [], { length: n }).to(theta.dtype);
      const line = alignCorners
        ? numbers.mul(n > 1 ? 2 / (n - 1) : 0).sub(n > 1 ? 1 : 0)
        : numbers.mul(2).add(1).div(n).sub(1);
      const shape = sizes.map((_, d) => (d === dim ? n : 1));
      return line.reshape(shape).expand(sizes).reshape([1, 1, count]);
    });
    const all = axes
      .reverse()
      .reduce(
        (sum, axis, i) => sum.add(theta.slice(null, null, [i, i + 1]).mul(axis)),
        theta.slice(null, null, [spatial, spatial + 1]),
      );
    return all.permute([0, 2, 1]).reshape([size[0], ...sizes, spatial]);
  });
}
