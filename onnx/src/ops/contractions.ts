// matmul and conv as ONNX nodes.
import { allFixed, type Call, carried, fixed, viaFloat32, viaInt32 } from "../lowering.ts";
import { broadcast, plus, type Size, sameSizes } from "../size.ts";
import type { Value, Writer } from "../writer.ts";
import { padded } from "./movement.ts";

/** An operand of a matmul; it is expanded where its last two dims would have to broadcast, which ONNX's MatMul does not do. */
function matrixOperand(call: Call<"matmul">, position: number): Value {
  const [x, full] = [call.inputs[position], call.node.inputs[position].shape];
  return x.shape.length >= 2 && sameSizes(x.shape.slice(-2), full.slice(-2)) ? x : call.whole(position);
}

/** The attributes of ONNX's Conv. */
export function convolutionAttributes(call: Pick<Call<"conv">, "node" | "attributes">) {
  const { stride, padding, kernelDilation, groups } = call.attributes;
  const [[top, bottom], [left, right]] = padding.map((pair) => allFixed(call, pair));
  return {
    strides: allFixed(call, stride),
    pads: [top, left, bottom, right],
    dilations: allFixed(call, kernelDilation),
    group: fixed(call, groups),
  };
}

export const contractions = {
  matmul(call: Call<"matmul">, writer: Writer): Value {
    const operands = [matrixOperand(call, 0), matrixOperand(call, 1)];
    return carried(writer, operands, viaInt32, ([a, b], type) => {
      const front = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
      return writer.node("MatMul", [a, b], type, [...front, ...call.shape.slice(-2)]);
    });
  },

  // ONNX's Conv has no input dilation and no negative padding, so the input is dilated and cropped before it.
  conv(call: Call<"conv">, writer: Writer): Value {
    const { inputDilation } = call.attributes;
    const { pads, ...others } = convolutionAttributes(call);
    return carried(writer, [call.whole(0), call.whole(1)], viaFloat32, ([x, weight], type) => {
      const gaps = [0, 0, ...inputDilation.map((n) => plus(n, -1))];
      const cuts = pads.map((n) => Math.min(n, 0));
      const widths = x.shape.map((_, dim) => ({
        before: dim < 2 ? 0 : cuts[dim - 2],
        after: dim < 2 ? 0 : cuts[dim],
        between: gaps[dim] as Size,
      }));
      const dilated = padded(writer, x, widths, 0, (n) => fixed(call, n));
      const positivePads = pads.map((n) => Math.max(n, 0));
      return writer.node("Conv", [dilated, weight], type, call.shape, { ...others, pads: positivePads });
    });
  },
};
