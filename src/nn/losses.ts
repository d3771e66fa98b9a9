// How wrong a net is, as one number: the mean over the batch.
import { describe } from "../tensor/dtype.ts";
import { inRegion } from "../tensor/region.ts";
import { sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { within } from "../tensor/within.ts";

/**
 * The mean of -log softmax(logits)[label]: logits [N, C], labels [N] (int32 or uint8, from 0 to C - 1). With labelSmoothing ε
 * the target is 1 - ε on the label and ε/C on every class (Szegedy et al. 2016).
 */
export function crossEntropy(
  logits: Tensor,
  labels: Tensor,
  { labelSmoothing = 0 }: { labelSmoothing?: number } = {},
): Tensor {
  const fits = logits.ndim === 2 && labels.ndim === 1 && logits.shape[0] === labels.shape[0];
  if (!fits || (labels.dtype !== "int32" && labels.dtype !== "uint8")) {
    throw new Error(
      `crossEntropy: logits [N, C] go with int32 or uint8 labels [N], not ${describe(logits)} with ${describe(labels)}`,
    );
  }
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
    throw new Error(`crossEntropy: labelSmoothing is from 0 to 1, not ${labelSmoothing}`);
  return inRegion("crossEntropy", { labelSmoothing }, () => {
    const logp = logits.logSoftmax(1);
    const right = within("crossEntropy", () => logp.gather(1, labels.unsqueeze(1)).mean().neg());
    return labelSmoothing === 0 ? right : right.mul(1 - labelSmoothing).sub(logp.mean().mul(labelSmoothing));
  });
}

/** The mean of (x - y)², over all elements; the shapes must be equal. */
export function mseLoss(x: Tensor, y: Tensor): Tensor {
  if (!sameShape(x.shape, y.shape))
    throw new Error(`mseLoss: shapes differ, ${describe(x)} and ${describe(y)}; reshape one of them`);
  return inRegion("mseLoss", {}, () => x.sub(y).square().mean());
}
