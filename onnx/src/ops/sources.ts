// full and iota as ONNX nodes. A constant is one number, which broadcasts. randomBits cannot be written, since ONNX's generators are others.
import { ChainruleError } from "chainrule";
import type { Call } from "../lowering.ts";
import { isFixed } from "../size.ts";
import { describeNode } from "../symbolic.ts";
import type { Value, Writer } from "../writer.ts";

export const sources = {
  full({ attributes: { value }, dtype }: Call<"full">, writer: Writer): Value {
    if (isFixed(value)) return writer.scalar(dtype, value);
    // A multiple of the batch, as the number of elements in a mean over the batch.
    return writer.cast(writer.reshape(writer.sizes([value]), []), dtype);
  },

  iota({ attributes: { length }, shape }: Call<"iota">, writer: Writer): Value {
    if (isFixed(length))
      return writer.constant(
        "int32",
        [length],
        Array.from({ length }, (_, i) => i),
      );
    const count = writer.cast(writer.reshape(writer.sizes([length]), []), "int32");
    return writer.node("Range", [writer.scalar("int32", 0), count, writer.scalar("int32", 1)], "int32", shape);
  },

  randomBits({ node }: Call<"randomBits">): never {
    throw new ChainruleError(
      "option",
      "toOnnx",
      `${describeNode(node)} draws random numbers, which ONNX cannot draw as chainrule does; leave them out in eval mode, or pass them in`,
    );
  },
};
