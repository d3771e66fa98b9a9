// gather and scatterAdd as ONNX nodes.
import { type Call, carried, fixed, viaInt32 } from "../lowering.ts";
import type { Size } from "../size.ts";
import type { Value, Writer } from "../writer.ts";

/** Zeros of a shape, with each element of x added at its index along a dim. */
export function scattered(writer: Writer, x: Value, index: Value, dim: number, shape: readonly Size[]): Value {
  return carried(writer, [x], viaInt32, ([updates], type) => {
    const zeros = writer.whole(writer.scalar(type, 0), shape);
    return writer.node("ScatterElements", [zeros, index, updates], type, shape, { axis: dim, reduction: "add" });
  });
}

export const indexing = {
  gather(call: Call<"gather">, writer: Writer): Value {
    const { shape } = call;
    const axis = fixed(call, call.attributes.dim);
    const [x, index] = [call.whole(0), call.inputs[1]];
    // An index that was expanded, so that it is the same for every line: ONNX's Gather takes it as a vector.
    const isVector = index.shape.length === shape.length && index.shape.every((n, d) => d === axis || n === 1);
    if (isVector && shape.length > 1)
      return writer.node("Gather", [x, writer.reshape(index, [index.shape[axis]])], x.type, shape, { axis });
    return writer.node("GatherElements", [x, call.whole(1)], x.type, shape, { axis });
  },

  scatterAdd(call: Call<"scatterAdd">, writer: Writer): Value {
    return scattered(writer, call.whole(0), call.whole(1), fixed(call, call.attributes.dim), call.shape);
  },
};
