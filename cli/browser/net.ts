// The net in the page: reads the model file, and recognises pictures as `chainrule predict` does.
import { ChainruleError, compile, noGrad, type Tensor, tensor } from "chainrule";
import { batches, frame, pictureFromBlob } from "chainrule/data";
import { type ReadModel, readModel } from "chainrule/model";
import { type Answer, Problem } from "./answer.ts";

export class Net {
  readonly #model: ReadModel;
  readonly #probabilities: (images: Tensor) => Tensor;

  /** `bytes`: the model file. */
  constructor(bytes: Uint8Array) {
    this.#model = readModel(bytes);
    const { net } = this.#model;
    net.eval();
    this.#probabilities = compile((images: Tensor) => noGrad(() => net.forward(images).softmax(1)));
  }

  /** All classes, the likeliest first. Throws a Problem where the picture cannot be recognised. */
  async answer(blob: Blob): Promise<Answer> {
    const { input, framing, classes, normalisation } = this.#model.description;
    const picture = await pictureFromBlob(blob).catch((error: unknown) => {
      throw error instanceof ChainruleError ? new Problem(error.words) : error;
    });
    const framed = frame(picture, { shape: input, framing });
    if (framed === null) throw new Problem("the picture is blank: there is nothing to recognise");
    const one = { images: tensor(framed, { shape: [1, ...input] }), labels: tensor(new Int32Array(1)), classes };
    const [{ images }] = batches(one, { batchSize: 1, ...normalisation });
    const { data } = this.#probabilities(images);
    return classes
      .map((name, n) => ({ class: name, probability: Number(data[n]) }))
      .sort((a, b) => b.probability - a.probability);
  }
}
