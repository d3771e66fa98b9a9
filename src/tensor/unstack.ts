// The elements of a tensor along dim 0, whose gradients are stacked in one pass: the gradient of each slice alone would be a tensor as large
// as the whole.
import { type CallHistory, outputOf, sourceOf } from "./autograd.ts";
import { full } from "./create.ts";
import { isFloating } from "./dtype.ts";
import { stack } from "./functions.ts";
import { isTransforming } from "./levels.ts";
import { isRecording, noGrad } from "./mode.ts";
import { apply, Tensor } from "./tensor.ts";

export function unstack(x: Tensor): Tensor[] {
  const [length, ...shape] = x.shape;
  const starts = shape.map(() => 0);
  const steps = x.shape.map(() => 1);
  const slices = () =>
    Array.from({ length }, (_, i) =>
      apply("slice", [x], { starts: [i, ...starts], sizes: [1, ...shape], steps }).reshape(shape),
    );
  // Transformations have rules for ops, and none for this call.
  if (isTransforming()) return slices();
  const parts = noGrad(slices);
  if (!isRecording() || !x.requiresGrad || !isFloating(x.dtype)) return parts;
  const history: CallHistory = {
    kind: "call",
    name: "scan",
    inputs: [sourceOf(x)],
    gradients: (arrived) => [
      stack(parts.map((part, i) => arrived.get(i) ?? full(part.shape, 0, { dtype: part.dtype }))),
    ],
  };
  return parts.map((part, i) => new Tensor(part.storage, part, outputOf(history, i)));
}
