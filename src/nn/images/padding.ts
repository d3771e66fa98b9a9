// What padding layers share: their setting, and the widths for all dims of x.
import { ChainruleError } from "../../errors/error.ts";
import { shown } from "../../tensor/arguments.ts";
import { describe } from "../../tensor/dtype.ts";
import { pad } from "../../tensor/layout/padding.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { within } from "../../tensor/within.ts";
import { settings } from "../layer-tree.ts";
import { Module } from "../module.ts";

/** Elements before and after, for each of the last dims in their order. A number is for all sides. Negative ones are cut off. */
export type Padding = number | readonly (readonly [before: number, after: number])[];

/** A layer that pads the dims behind [N, C] or [C]. The subclasses define with what. */
export abstract class PaddingLayer extends Module {
  /** As it was given. */
  readonly padding: Padding;

  constructor(padding: Padding) {
    super();
    this.padding = padding;
  }

  override extraRepr(): string {
    return settings([this.padding]);
  }
}

type Mode = "reflect" | "replicate" | "circular";

/** The widths for all dims of x. Throws unless x has `spatial` dims beside the channels, with or without a batch. */
function widthsOf(call: string, x: Tensor, padding: Padding, spatial: number): (readonly [number, number])[] {
  const own =
    typeof padding === "number" ? Array.from({ length: spatial }, () => [padding, padding] as const) : padding;
  if (!Array.isArray(own) || own.length !== spatial)
    throw new ChainruleError(
      "option",
      call,
      `padding is a number, or [before, after] for each of ${spatial} dims, not ${shown(padding)}`,
    );
  if (x.ndim !== spatial + 1 && x.ndim !== spatial + 2)
    throw new ChainruleError("shape", call, `x has ${spatial} dims behind [N, C] or [C], not ${describe(x)}`);
  return [...x.shape.slice(spatial).map(() => [0, 0] as const), ...own].slice(-x.ndim);
}

/** Pads x with its own elements. */
export function padWith(call: string, x: Tensor, padding: Padding, spatial: number, mode: Mode): Tensor {
  return within(call, () => pad(x, widthsOf(call, x, padding, spatial), { mode }));
}

/** Pads x with one value. */
export function padConstant(call: string, x: Tensor, padding: Padding, spatial: number, value: number): Tensor {
  return within(call, () => x.pad(widthsOf(call, x, padding, spatial), value));
}
