// Reads drawn digits with the net of a model file: the drawing is brought into the form of the digits that the net was trained on.
import { compile, noGrad, type Tensor, tensor } from "chainrule";
import { batches, frame, type Picture } from "chainrule/data";
import { readModel } from "chainrule/model";

/** The function from a drawing to the probability of each digit; it returns null where nothing is drawn. */
export function readerOf(model: Uint8Array): (picture: Picture) => readonly number[] | null {
  const { net, description } = readModel(model);
  net.eval();
  const { input, framing, classes, normalisation } = description;
  const chances = compile((images: Tensor) => noGrad(() => net.forward(images).softmax(1)));
  return (picture) => {
    const bytes = frame(picture, { shape: input, framing });
    if (bytes === null) return null;
    const one = { images: tensor(bytes, { shape: [1, ...input] }), labels: tensor(new Int32Array(1)), classes };
    const [{ images }] = batches(one, { batchSize: 1, ...normalisation });
    return Array.from(chances(images).data);
  };
}
