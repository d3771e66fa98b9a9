// A net with its description, and what the page shows of it: its answer to one picture, each layer's output, which pixels matter, and the
// weights of the first layer. Two small compiled programs compute these; they share the weights with the program that trains.
import { compile, grad, noGrad, type Sequential, type Tensor, tensor } from "chainrule";
import { batches, frame, type Picture } from "chainrule/data";
import { architectures, build, type Description } from "chainrule/model";
import { overChannels, smallPictures } from "../inside/small-pictures.ts";
import { stages } from "../inside/stages.ts";
import { type Place, unitOf } from "../inside/unit.ts";
import { type Answer, type LayerView, type NetChoice, netChoices, type Seen, type SmallPictures } from "../messages.ts";
import type { Familiar } from "./familiar.ts";

export class Classifier {
  description: Description;
  readonly net: Sequential;
  /** Whether the net has been trained, here or before its file was saved. */
  trained: boolean;
  /** Tells pictures like those that the net learned from others; null before it was measured. */
  familiar: Familiar | null = null;
  readonly #outputs;
  readonly #slope;
  readonly #features;

  constructor(description: Description, { net, trained }: { net?: Sequential; trained: boolean }) {
    this.description = description;
    this.net = net ?? build(description.architecture);
    this.net.eval();
    this.trained = trained;
    this.#outputs = compile((picture: Tensor) =>
      noGrad(() => {
        const outputs: Tensor[] = [];
        let x = picture;
        for (let i = 0; i < this.net.length; i++) outputs.push((x = this.net[i].forward(x)));
        return { outputs, probabilities: x.softmax(1) };
      }),
    );
    this.#features = compile((pictures: Tensor) =>
      noGrad(() => {
        let x = pictures;
        for (let i = 0; i < this.net.length - 1; i++) x = this.net[i].forward(x);
        return x.flatten(1);
      }),
    );
    // ∂score/∂pixel: the same backpropagation as in training, with respect to the picture instead of the weights.
    this.#slope = compile((picture: Tensor, chosen: Tensor) =>
      grad((x: Tensor) => this.net.forward(x).mul(chosen).sum())(picture),
    );
  }

  /** The net's name among those that the page offers; null for any other net. */
  get choice(): NetChoice | null {
    const { architecture, input, classes } = this.description;
    const own = JSON.stringify(architecture);
    return netChoices.find((name) => JSON.stringify(architectures[name](input, classes.length)) === own) ?? null;
  }

  /** The picture as this net reads it; null where the net reads drawn digits and there is no ink. */
  frame(picture: Picture): Uint8Array | null {
    const { input, framing } = this.description;
    return frame(picture, { shape: input, framing });
  }

  /** The net's answer to a picture in its form. */
  answer(bytes: Uint8Array): Answer {
    const { outputs, probabilities } = this.#outputs(this.#normalised(bytes));
    return this.#answerOf(bytes, outputs, probabilities);
  }

  /** What the last layer reads of pictures [N, C, H, W], normalised: [N, features]. */
  features(pictures: Tensor): Tensor {
    return this.#features(pictures);
  }

  /**
   * Everything that the page shows of one picture. `about`: the class of the saliency; null for the net's own answer. `place`: the number
   * whose computation is shown.
   */
  look(bytes: Uint8Array, { about, place }: { readonly about: number | null; readonly place: Place | null }): Seen {
    const { classes, architecture, input } = this.description;
    const images = this.#normalised(bytes);
    const { outputs, probabilities } = this.#outputs(images);
    const answer = this.#answerOf(bytes, outputs, probabilities);
    const asked = about ?? answer.probabilities.indexOf(Math.max(...answer.probabilities));
    const chosen = Float32Array.from(classes, (_, n) => (n === asked ? 1 : 0));
    const slope = this.#slope(images, tensor(chosen, { shape: [1, classes.length] }));
    const [channels, height, width] = input;
    const pixels = overChannels(slope.data, [1, channels, height * width]);
    const computed = { architecture, picture: images, outputs, weights: this.net.stateDict() };
    return {
      ...answer,
      bytes,
      about: asked,
      picture: Float32Array.from(images.data),
      layers: stages(architecture).map(({ index, source }) => layerView(source, outputs[index])),
      saliency: smallPictures({ values: pixels, count: 1, height, width }),
      unit: place === null ? null : unitOf(computed, place),
      place,
    };
  }

  #normalised(bytes: Uint8Array): Tensor {
    const { input, classes, normalisation } = this.description;
    const single = { images: tensor(bytes, { shape: [1, ...input] }), labels: tensor(new Int32Array(1)), classes };
    const [{ images }] = batches(single, { batchSize: 1, ...normalisation });
    return images;
  }

  #answerOf(bytes: Uint8Array, outputs: readonly Tensor[], probabilities: Tensor): Answer {
    const features = outputs[outputs.length - 2]?.flatten(1);
    const picture = tensor(bytes, { shape: [1, ...this.description.input] });
    const strangeness = features === undefined ? null : (this.familiar?.strangeness(features, picture) ?? null);
    return { probabilities: Array.from(probabilities.data), strangeness };
  }

  /** The weights of the first layer: one picture for each neuron or filter. */
  firstWeights(): SmallPictures {
    const { architecture, input } = this.description;
    const index = architecture.findIndex(([kind]) => kind === "Linear" || kind === "Conv2d");
    const [kind, from, count, kernel] = architecture[index];
    const weight = this.net.stateDict().get(`${index}.weight`);
    if (weight === undefined) throw new Error(`internal: layer ${index} has no weight`);
    if (kind === "Conv2d") {
      const values = overChannels(weight.data, [count, Number(from), kernel * kernel]);
      return smallPictures({ values, count, height: kernel, width: kernel });
    }
    const [channels, height, width] = Number(from) === input[0] * input[1] * input[2] ? input : [1, 1, Number(from)];
    const values = overChannels(weight.data, [count, channels, height * width]);
    return smallPictures({ values, count, height, width });
  }
}

function layerView(layer: number, { shape, data }: Tensor): LayerView {
  const [, count, height = 1, width = 1] = shape;
  return { layer, count, height, width, values: Float32Array.from(data) };
}
