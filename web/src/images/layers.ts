// A net's layers for the page: their names in words, and which of their outputs are shown. An output is shown after its activation; the
// output of a convolution or a linear layer before ReLU is not shown.
import type { Layer } from "chainrule/model";

/** The layer in words: "8 filters of 5×5", "ReLU", "10 neurons". */
export function words([kind, ...sizes]: Layer): string {
  switch (kind) {
    case "Conv2d":
      return `${sizes[1]} filters of ${sizes[2]}×${sizes[2]}`;
    case "Linear":
      return `${sizes[1]} neurons`;
    case "MaxPool2d":
      return `maximum of ${sizes[0]}×${sizes[0]}`;
    case "AvgPool2d":
      return `mean of ${sizes[0]}×${sizes[0]}`;
    case "BatchNorm2d":
      return "batch norm";
    case "Flatten":
      return "flatten";
    default:
      return kind;
  }
}

/** A layer whose output is shown, and its title. */
export interface Stage {
  readonly index: number;
  readonly title: string;
}

/** Layers that follow a convolution or a linear layer: the output is shown after them, under that layer's title. */
const followers = new Set(["BatchNorm2d", "ReLU"]);

export function stages(architecture: readonly Layer[]): Stage[] {
  let source = "";
  return architecture.flatMap((layer, index): Stage[] => {
    const [kind] = layer;
    if (!followers.has(kind)) source = words(layer);
    if (index === architecture.length - 1) return [{ index, title: "scores of the classes" }];
    if (kind === "Flatten" || followers.has(architecture[index + 1][0])) return [];
    return [{ index, title: source }];
  });
}
