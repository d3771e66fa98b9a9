// Activations: functions of one tensor that consist of elementwise ops. Where the result needs no history, a large float32 tensor passes through
// all ops of the function in one program over pieces (stream.ts), instead of being read and written once for each op.
import { isTransforming } from "./levels.ts";
import { isRecording } from "./mode.ts";
import { observing } from "./observing.ts";
import type { Operand } from "./promotion.ts";
import { inRegion } from "./region.ts";
import { minProgramElements, type Streamed, stream } from "./stream.ts";
import type { Tensor } from "./tensor.ts";
import { tracing } from "./tracing.ts";

const isOnePass = (x: Tensor): boolean =>
  x.dtype === "float32" &&
  x.size >= minProgramElements &&
  tracing() === null &&
  !isTransforming() &&
  observing() === null &&
  !(isRecording() && x.requiresGrad);

/** A function of a tensor and of the numbers in `attributes`, in their order. `name` is its region's name. */
export function pointwise<Numbers extends readonly string[] = []>(
  name: string,
  compute: (x: Tensor, ...numbers: { readonly [K in keyof Numbers]: Operand }) => Tensor,
): (x: Tensor, attributes?: Readonly<Record<Numbers[number], number>>) => Tensor {
  const computeAny = compute as (x: Tensor, ...numbers: readonly Operand[]) => Tensor;
  const piece: Streamed = ({ streamed: [x], numbers }) => [computeAny(x, ...numbers)];
  return (x, attributes) => {
    const numbers: readonly number[] = Object.values(attributes ?? {});
    if (isOnePass(x)) return stream({ f: piece, shape: x.shape, streamed: [x], numbers })[0];
    return inRegion(name, attributes ?? {}, () => computeAny(x, ...numbers));
  };
}
