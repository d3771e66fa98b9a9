// A net's layers for people: in words, and which of their results are worth a look. A result is shown after its activation: what a
// convolution or a linear layer gives before ReLU is not.
import type { Layer } from "chainrule/model";

/** "conv 5×5, 8 maps", "ReLU", "10 numbers". */
export function words([kind, ...sizes]: Layer): string {
  switch (kind) {
    case "Conv2d":
      return `${sizes[1]} filters of ${sizes[2]}×${sizes[2]}`;
    case "Linear":
      return `${sizes[1]} neurons`;
    case "MaxPool2d":
      return `largest of ${sizes[0]}×${sizes[0]}`;
    case "AvgPool2d":
      return `mean of ${sizes[0]}×${sizes[0]}`;
    case "BatchNorm2d":
      return "batch norm";
    case "Flatten":
      return "in a row";
    default:
      return kind;
  }
}

/** A layer whose result is shown, and what that is called. */
export interface Stage {
  readonly index: number;
  readonly title: string;
}

const within = new Set(["BatchNorm2d", "ReLU"]);

export function stages(architecture: readonly Layer[]): Stage[] {
  let source = "";
  return architecture.flatMap((layer, index): Stage[] => {
    const [kind] = layer;
    if (!within.has(kind)) source = words(layer);
    if (index === architecture.length - 1) return [{ index, title: "scores of the classes" }];
    if (kind === "Flatten" || within.has(architecture[index + 1][0])) return [];
    return [{ index, title: source }];
  });
}
