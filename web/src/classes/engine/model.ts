// A model: a net with its description, which answers to pictures as `chainrule predict` does, and its file.
import { compile, noGrad, type Sequential, type Tensor, tensor } from "chainrule";
import { batches, frame, type Picture } from "chainrule/data";
import { type Description, readModel, writeModel } from "chainrule/model";
import { numbersOf } from "./album.ts";
import { isUnlike, type Likeness } from "./likeness.ts";

export interface Answer {
  /** Of each class. */
  readonly probabilities: Float32Array;
  /** Whether the picture is unlike all that were learned. */
  readonly isUnlike: boolean;
}

export class Model {
  readonly description: Description;
  readonly net: Sequential;
  /** How like the learned pictures others are; null for a model from a file, which has none of them. */
  readonly likeness: Likeness | null;
  readonly #outputs: (images: Tensor) => { readonly numbers: Tensor; readonly probabilities: Tensor };

  constructor(
    { description, net }: { readonly description: Description; readonly net: Sequential },
    likeness: Likeness | null = null,
  ) {
    this.likeness = likeness;
    this.description = description;
    this.net = net.eval();
    this.#outputs = compile((images: Tensor) =>
      noGrad(() => {
        let numbers = images;
        for (let i = 0; i < net.length - 1; i++) numbers = net[i].forward(numbers);
        return { numbers, probabilities: net[net.length - 1].forward(numbers).softmax(1) };
      }),
    );
  }

  /** Throws a ChainruleError where the bytes are no model file. */
  static read(bytes: Uint8Array, likeness: Likeness | null = null): Model {
    return new Model(readModel(bytes), likeness);
  }

  /** null where the net reads drawn digits and nothing is drawn. */
  async answer(picture: Picture): Promise<Answer | null> {
    const { input, framing, classes, normalisation } = this.description;
    const bytes = frame(picture, { shape: input, framing });
    if (bytes === null) return null;
    const one = { images: tensor(bytes, { shape: [1, ...input] }), labels: tensor(new Int32Array(1)), classes };
    const [{ images }] = batches(one, { batchSize: 1, ...normalisation });
    const { numbers, probabilities } = this.#outputs(images);
    const [own, found] = await Promise.all([numbersOf(numbers), numbersOf(probabilities)]);
    return { probabilities: found, isUnlike: this.likeness !== null && isUnlike(this.likeness, own) };
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
