// Padding with the tensor's own elements: mirrored, repeated from the edge, or from the other end. Tensor's method pad has constants.
import { ChainruleError } from "../../errors/error.ts";
import { isWhole } from "../../errors/numbers.ts";
import { checkTensor, shown, takes } from "../arguments.ts";
import { describe } from "../dtype.ts";
import { concat } from "../functions.ts";
import { checkOptions, type OptionNames } from "../options.ts";
import type { Tensor } from "../tensor.ts";
import { within } from "../within.ts";

/** The options of pad. */
export interface PadOptions {
  /**
   * "constant": with `value`. "reflect": mirrored at the first and the last element, which are not repeated. "replicate": with the first and
   * the last element. "circular": from the other end. "constant" if left out.
   */
  readonly mode?: "constant" | "reflect" | "replicate" | "circular" | undefined;
  /** The value of "constant"; 0 if left out. */
  readonly value?: number | undefined;
}

const names: OptionNames<PadOptions> = { mode: true, value: true };
const modes = ["constant", "reflect", "replicate", "circular"] as const;

/**
 * Adds elements before and after each dim: widths has [before, after] for each, first dim first. Negative widths cut off as many. Throws if
 * more are mirrored than there are beside the edge, or more taken from the other end than there are.
 */
export function pad(
  x: Tensor,
  widths: readonly (readonly [before: number, after: number])[],
  options: PadOptions = {},
): Tensor {
  takes("pad", arguments.length, 3);
  checkTensor("pad", "x", x);
  checkOptions("pad", options, names);
  const { mode = "constant", value = 0 } = options;
  if (!modes.includes(mode))
    throw new ChainruleError(
      "option",
      "pad",
      `mode is ${modes.map((name) => `"${name}"`).join(", ")}, not ${shown(mode)}`,
    );
  if (mode === "constant") return x.pad(widths, value);
  if (!Array.isArray(widths) || widths.length !== x.ndim || !widths.flat().every(Number.isInteger))
    throw new ChainruleError(
      "shape",
      "pad",
      `${JSON.stringify(widths)} should hold [before, after], whole numbers, for each dim of ${describe(x)}`,
    );
  const cut = widths.map(([before, after]) => [Math.min(before, 0), Math.min(after, 0)] as const);
  const isCut = cut.some(([before, after]) => before < 0 || after < 0);
  const cropped = (y: Tensor) => (isCut ? y.pad(cut) : y);
  const grown = (y: Tensor) =>
    widths.reduce((z, [before, after], dim) => padded(z, dim, Math.max(before, 0), Math.max(after, 0), mode), y);
  // Elements that are cut off come from the other end no more, but are mirrored and repeated still, as in PyTorch.
  return within("pad", () => (mode === "circular" ? grown(cropped(x)) : cropped(grown(x))));
}

/** Elements that are added before or after a dim, and from which place on they are taken. */
function padded(
  x: Tensor,
  dim: number,
  before: number,
  after: number,
  mode: "reflect" | "replicate" | "circular",
): Tensor {
  if (before === 0 && after === 0) return x;
  const n = x.shape[dim];
  const most = { reflect: n - 1, replicate: n === 0 ? 0 : Number.MAX_SAFE_INTEGER, circular: n }[mode];
  if (![before, after].every((width) => isWhole(width, { from: 0, to: most })))
    throw new ChainruleError(
      "shape",
      "pad",
      `[${before}, ${after}] does not fit dim ${dim} of ${describe(x)}; "${mode}" adds at most ${most} there`,
    );
  const part = (from: number, to: number) =>
    x.slice(...x.shape.map((_, d) => (d === dim ? ([from, to] as const) : null)));
  const repeated = (at: number, count: number) =>
    part(at, at + 1).expand(x.shape.map((size, d) => (d === dim ? count : size)));
  const sides = {
    reflect: () => [part(1, before + 1).flip(dim), part(n - 1 - after, n - 1).flip(dim)],
    replicate: () => [repeated(0, before), repeated(n - 1, after)],
    circular: () => [part(n - before, n), part(0, after)],
  }[mode]();
  return concat([...(before > 0 ? [sides[0]] : []), x, ...(after > 0 ? [sides[1]] : [])], dim);
}
