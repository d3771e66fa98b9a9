// Matrix products and convolutions. HIGHEST keeps them in the operands' dtype: by default XLA multiplies float32 with fewer bits on devices
// that have faster units for these.
import type { Body } from "../body.ts";
import type { Call } from "../lowering.ts";
import { listText, sizeOf, typesText, typeText, type Value } from "../types.ts";

export const contractions = {
  matmul({ inputs: [a, b], type }: Call<"matmul">, body: Body): Value {
    const rank = a.shape.length;
    const batch = listText(Array.from({ length: rank - 2 }, (_, d) => d));
    const batching = rank > 2 ? `batching_dims = ${batch} x ${batch}, ` : "";
    const contracting = `contracting_dims = [${rank - 1}] x [${rank - 2}]`;
    return body.mapped("dot_general", [a, b], `, ${batching}${contracting}, precision = [HIGHEST, HIGHEST]`, type);
  },

  // StableHLO's convolution has all of conv's attributes; its gradients are convolutions as well.
  conv({ inputs: [x, w], attributes, type }: Call<"conv">, body: Body): Value {
    // StableHLO has no windows without elements. Sums over them are 0.
    if (sizeOf(w.shape) === 0) return body.constant(0, type);
    const { stride, padding, inputDilation, kernelDilation, groups } = attributes;
    const window = [
      `stride = ${listText(stride)}`,
      `pad = [${padding.map(listText).join(", ")}]`,
      `lhs_dilate = ${listText(inputDilation)}`,
      `rhs_dilate = ${listText(kernelDilation)}`,
    ].join(", ");
    const counts = `batch_group_count = 1 : i64, feature_group_count = ${groups} : i64`;
    const precision = "precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]";
    const numbers = "[b, f, 0, 1]x[o, i, 0, 1]->[b, f, 0, 1]";
    return body.line(
      `stablehlo.convolution(${x.name}, ${w.name}) dim_numbers = ${numbers}, window = {${window}} {${counts}, ${precision}} : ${typesText([x, w])} -> ${typeText(type)}`,
      type,
    );
  },
};
