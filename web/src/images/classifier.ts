// A net with its description, and what the page shows of it: its answer to one picture, each layer's output, which pixels matter, and the
// weights of the first layer. Two small compiled programs compute these; they share the weights with the program that trains.
import { compile, grad, noGrad, type Sequential, type Tensor, tensor } from "chainrule";
import { batches, frame, type Picture } from "chainrule/data";
import { architectures, build, type Description } from "chainrule/model";
import { stages, words } from "./layers.ts";
import {
  type LayerView,
  type NetChoice,
  type NetFacts,
  netChoices,
  type Seen,
  type SmallPictures,
} from "./messages.ts";
import { overChannels, smallPictures } from "./small-pictures.ts";

export class Classifier {
  description: Description;
  readonly net: Sequential;
  /** Whether the net has been trained, here or before its file was saved. */
  trained: boolean;
  readonly #outputs;
  readonly #slope;

  constructor(description: Description, { net, trained }: { net?: Sequential; trained: boolean }) {
    this.description = description;
    this.net = net ?? build(description.architecture);
    this.net.eval();
    this.trained = trained;
    const shown = stages(description.architecture).map(({ index }) => index);
    this.#outputs = compile((picture: Tensor) =>
      noGrad(() => {
        const outputs: Tensor[] = [];
        let x = picture;
        for (let i = 0; i < this.net.length; i++) outputs.push((x = this.net[i].forward(x)));
        return { shown: shown.map((index) => outputs[index]), probabilities: x.softmax(1) };
      }),
    );
    // ∂score/∂pixel: the same backpropagation as in training, with respect to the picture instead of the weights.
    this.#slope = compile((picture: Tensor, chosen: Tensor) =>
      grad((x: Tensor) => this.net.forward(x).mul(chosen).sum())(picture),
    );
  }

  get facts(): NetFacts {
    const { architecture, input, classes } = this.description;
    return {
      choice: this.choice,
      layers: architecture.map(words),
      parameters: this.net.parameters().reduce((sum, { size }) => sum + size, 0),
      input,
      classes,
      trained: this.trained,
    };
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

  /** Everything that the page shows of one picture. `about`: the class of the saliency; null for the net's own answer. */
  look(bytes: Uint8Array, about: number | null): Seen {
    const began = performance.now();
    const { input, classes, normalisation, architecture } = this.description;
    const single = { images: tensor(bytes, { shape: [1, ...input] }), labels: tensor(new Int32Array(1)), classes };
    const [{ images }] = batches(single, { batchSize: 1, ...normalisation });
    const { shown, probabilities } = this.#outputs(images);
    const likely = Array.from(probabilities.data);
    const asked = about ?? likely.indexOf(Math.max(...likely));
    const chosen = Float32Array.from(classes, (_, n) => (n === asked ? 1 : 0));
    const slope = this.#slope(images, tensor(chosen, { shape: [1, classes.length] }));
    const [channels, height, width] = input;
    const pixels = overChannels(slope.data, [1, channels, height * width]);
    return {
      bytes,
      probabilities: likely,
      about: asked,
      layers: stages(architecture).map(({ title }, n) => layerView(title, shown[n])),
      saliency: smallPictures({ values: pixels, count: 1, height, width }),
      took: performance.now() - began,
    };
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

function layerView(title: string, { shape, data }: Tensor): LayerView {
  const [, count, height = 1, width = 1] = shape;
  // All maps or numbers of a layer have one scale, so that they can be compared with each other.
  return { title, ...smallPictures({ values: data, count, height, width }, true) };
}
