// The whole net of a pretrained net and a linear classifier on its features: from pictures to logits, with the description of a model file.
import { ChainruleError } from "../../errors/error.ts";
import type { Sequential } from "../../nn/containers.ts";
import { takes } from "../../tensor/arguments.ts";
import { describe as shapeOf } from "../../tensor/dtype.ts";
import { checkOptions } from "../../tensor/options.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Description } from "../format.ts";
import { build } from "../layers.ts";
import type { ReadBackbone } from "./read.ts";

/**
 * Joins a backbone and a linear classifier on its features, as fitClassifier of chainrule/train gives it: weight [K, C] and bias [K], for the
 * names of K classes. The net takes normalised pictures [N, 3, H, W], gives logits [N, K], and has copies of the tensors. writeModel writes both as
 * a model file. Throws if weight, bias and classes do not fit.
 */
export function withClassifier(
  backbone: ReadBackbone,
  classifier: { readonly weight: Tensor; readonly bias: Tensor },
  options: { readonly classes: readonly string[]; readonly seed: number },
): { readonly description: Description; readonly net: Sequential } {
  takes("withClassifier", arguments.length, 3);
  checkOptions("withClassifier", options, { classes: true, seed: true });
  const { weight, bias } = classifier;
  const { classes, seed } = options;
  const [count, features] = weight.shape;
  if (weight.ndim !== 2 || bias.ndim !== 1 || count !== classes.length || bias.size !== count)
    throw new ChainruleError(
      "shape",
      "withClassifier",
      `for ${classes.length} classes weight is [${classes.length}, C] and bias [${classes.length}], not ${shapeOf(weight)} and ${shapeOf(bias)}`,
    );
  const { name, input } = backbone;
  const description: Description = {
    architecture: [[name], ["Linear", features, count]],
    input: [3, ...input.size],
    classes,
    normalisation: { mean: [...input.mean], std: [...input.std] },
    framing: "plain",
    seed,
  };
  const net = build(description.architecture).eval();
  const own = [...backbone.net.stateDict()].map(([tensor, values]) => [`0.${tensor}`, values] as const);
  net.loadStateDict(new Map([...own, ["1.weight", weight], ["1.bias", bias]]));
  return { description, net };
}
