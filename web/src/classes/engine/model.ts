// A model: a net with its description, which answers to pictures as `chainrule predict` does, and its file.
import { compile, noGrad, type Sequential, type Tensor, tensor } from "chainrule";
import { batches, frame, type Picture } from "chainrule/data";
import { type Description, readModel, writeModel } from "chainrule/model";
import { numbersOf } from "./album.ts";

export class Model {
  readonly description: Description;
  readonly net: Sequential;
  readonly #probabilities: (images: Tensor) => Tensor;

  constructor({ description, net }: { readonly description: Description; readonly net: Sequential }) {
    this.description = description;
    this.net = net.eval();
    this.#probabilities = compile((images: Tensor) => noGrad(() => net.forward(images).softmax(1)));
  }

  /** Throws a ChainruleError where the bytes are no model file. */
  static read(bytes: Uint8Array): Model {
    return new Model(readModel(bytes));
  }

  /** The probability of each class; null where the net reads drawn digits and nothing is drawn. */
  async answer(picture: Picture): Promise<Float32Array | null> {
    const { input, framing, classes, normalisation } = this.description;
    const bytes = frame(picture, { shape: input, framing });
    if (bytes === null) return null;
    const one = { images: tensor(bytes, { shape: [1, ...input] }), labels: tensor(new Int32Array(1)), classes };
    const [{ images }] = batches(one, { batchSize: 1, ...normalisation });
    return numbersOf(this.#probabilities(images));
  }

  /** The model file. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(writeModel(this.description, this.net.stateDict()));
  }

  /** The same model for other programs. */
  async onnx(): Promise<Uint8Array<ArrayBuffer>> {
    const { modelToOnnx } = await import("chainrule-onnx");
    return Uint8Array.from(modelToOnnx(this));
  }
}
