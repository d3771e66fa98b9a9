// Which of a net's outputs are shown. An output is shown after its activation; the output of a convolution or a linear layer before ReLU is
// not shown.
import type { Layer } from "chainrule/model";

/** A layer whose output is shown. */
export interface Stage {
  /** The layer whose output is shown. */
  readonly index: number;
  /** The layer that gives the stage its name and its weights: `index`, or a layer before its batch norm and ReLU. */
  readonly source: number;
}

/** Layers that follow a convolution or a linear layer: the output is shown after them, under that layer's name. */
const followers = new Set(["BatchNorm2d", "ReLU"]);

export function stages(architecture: readonly Layer[]): Stage[] {
  let source = 0;
  return architecture.flatMap(([kind], index): Stage[] => {
    if (!followers.has(kind)) source = index;
    if (index === architecture.length - 1) return [{ index, source }];
    if (kind === "Flatten" || followers.has(architecture[index + 1][0])) return [];
    return [{ index, source }];
  });
}
