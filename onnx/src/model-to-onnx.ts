// modelToOnnx: writes the net of a model file as an ONNX file. Other programs have to bring pictures into the form that the net takes, so the
// metadata say how.
import { zeros } from "chainrule";
import type { ReadModel } from "chainrule/model";
import { toOnnx } from "./to-onnx.ts";

/**
 * Writes the net of a model file, as readModel of chainrule/model gives it, as an ONNX file for any number of pictures. The file's metadata have
 * the classes, the normalisation, and what input and output are.
 */
export function modelToOnnx({ net, description }: Pick<ReadModel, "net" | "description">): Uint8Array {
  const { input, classes, normalisation } = description;
  return toOnnx(net, zeros([1, ...input]), {
    metadata: {
      classes: JSON.stringify(classes),
      normalisation: JSON.stringify(normalisation),
      input: "float32 [batch, channels, height, width]: pixels from 0 to 1, (x - mean) / std for each channel",
      output: "float32 [batch, classes]: logits; softmax turns them into probabilities",
    },
  });
}
