// What becomes of a loss's terms, one for each example or element: their mean, their sum, or the terms themselves. The checks that all
// losses share stand here too.
import { ChainruleError } from "../../errors/error.ts";
import { checkTensor, shown } from "../../tensor/arguments.ts";
import { describe } from "../../tensor/dtype.ts";
import { sameShape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** What a loss returns: the mean of its terms, their sum, or the terms themselves. */
export type Reduction = "mean" | "sum" | "none";

/** The option that all losses take. */
export interface ReductionOptions {
  /** "mean" returns the mean of the terms, "sum" their sum, "none" the terms; "mean" if left out. */
  readonly reduction?: Reduction | undefined;
}

const reductions: ReadonlySet<unknown> = new Set<Reduction>(["mean", "sum", "none"]);

/** Throws unless the value is a reduction, or the further one that the loss has. */
export function checkReduction<Further extends string = never>(
  call: string,
  reduction: unknown,
  ...further: Further[]
): asserts reduction is Reduction | Further {
  const all = [...further, ...reductions];
  if (!all.includes(reduction))
    throw new ChainruleError("option", call, `reduction is ${all.map(shown).join(", ")}, not ${shown(reduction)}`, {
      option: "reduction",
      value: reduction,
    });
}

/** The terms as the reduction says. */
export function reduced(terms: Tensor, reduction: Reduction): Tensor {
  switch (reduction) {
    case "mean":
      return terms.mean();
    case "sum":
      return terms.sum();
    case "none":
      return terms;
  }
  return reduction satisfies never;
}

/** Throws unless both are tensors of one shape. */
export function checkPair(call: string, [xName, x]: [string, Tensor], [yName, y]: [string, Tensor]): void {
  checkTensor(call, xName, x);
  checkTensor(call, yName, y);
  if (!sameShape(x.shape, y.shape))
    throw new ChainruleError("shape", call, `shapes differ, ${describe(x)} and ${describe(y)}; reshape one of them`);
}
