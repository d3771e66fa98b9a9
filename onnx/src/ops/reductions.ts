// Many numbers become one, or meet along a line. Reduced dims stay as size 1, in ONNX by keepdims, which is its default.
import { allFixed, type Call, type Carriers, carried, fixed, small } from "../lowering.ts";
import type { Value, Writer } from "../writer.ts";

function reduce(opType: string, call: Call<"sum" | "max">, writer: Writer): Value {
  const dims = allFixed(call, call.attributes.dims);
  if (dims.length === 0) return call.inputs[0];
  return carried(writer, [call.whole(0)], small, ([x], type) =>
    writer.node(opType, [x, writer.sizes(dims)], type, call.shape),
  );
}

/** Places are int64 in ONNX. */
const places: Carriers = small;

export const reductions = {
  sum: (call: Call<"sum">, writer: Writer): Value => reduce("ReduceSum", call, writer),
  max: (call: Call<"max">, writer: Writer): Value => reduce("ReduceMax", call, writer),

  argmax(call: Call<"argmax">, writer: Writer): Value {
    const axis = fixed(call, call.attributes.dim);
    const place = carried(writer, [call.whole(0)], places, ([x]) =>
      writer.node("ArgMax", [x], "int64", call.shape, { axis }),
    );
    return writer.cast(place, "int32");
  },

  topk(call: Call<"topk">, writer: Writer): Value {
    const axis = fixed(call, call.attributes.dim);
    const place = carried(writer, [call.whole(0)], places, ([x]) =>
      writer.node("TopK", [x, writer.sizes([call.attributes.k])], "int64", call.shape, { axis }, 2),
    );
    return writer.cast(place, "int32");
  },

  cumsum(call: Call<"cumsum">, writer: Writer): Value {
    // The shape rule of cumsum looks at no attributes, and so does not tell their type.
    const { dim } = call.attributes as Call<"argmax">["attributes"];
    const axis = writer.scalar("int32", fixed(call, dim));
    return carried(writer, [call.whole(0)], small, ([x], type) => writer.node("CumSum", [x, axis], type, call.shape));
  },
};
