// Reductions, argmax, topk and cumsum as ONNX nodes. Reduced dims stay as size 1; ONNX's keepdims does so by default.
import { allFixed, type Call, carried, fixed, viaInt32 } from "../lowering.ts";
import type { Value, Writer } from "../writer.ts";

function reduce(opType: string, call: Call<"sum" | "max">, writer: Writer): Value {
  const dims = allFixed(call, call.attributes.dims);
  if (dims.length === 0) return call.inputs[0];
  return carried(writer, [call.whole(0)], viaInt32, ([x], type) =>
    writer.node(opType, [x, writer.sizes(dims)], type, call.shape),
  );
}

export const reductions = {
  sum: (call: Call<"sum">, writer: Writer): Value => reduce("ReduceSum", call, writer),
  max: (call: Call<"max">, writer: Writer): Value => reduce("ReduceMax", call, writer),

  // ONNX's ArgMax and TopK give int64 indices.
  argmax(call: Call<"argmax">, writer: Writer): Value {
    const axis = fixed(call, call.attributes.dim);
    const index = carried(writer, [call.whole(0)], viaInt32, ([x]) =>
      writer.node("ArgMax", [x], "int64", call.shape, { axis }),
    );
    return writer.cast(index, "int32");
  },

  topk(call: Call<"topk">, writer: Writer): Value {
    const axis = fixed(call, call.attributes.dim);
    const index = carried(writer, [call.whole(0)], viaInt32, ([x]) =>
      writer.node("TopK", [x, writer.sizes([call.attributes.k])], "int64", call.shape, { axis }, 2),
    );
    return writer.cast(index, "int32");
  },

  cumsum(call: Call<"cumsum">, writer: Writer): Value {
    const axis = writer.scalar("int32", fixed(call, call.attributes.dim));
    return carried(writer, [call.whole(0)], viaInt32, ([x], type) =>
      writer.node("CumSum", [x, axis], type, call.shape),
    );
  },
};
