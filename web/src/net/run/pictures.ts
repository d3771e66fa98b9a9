// The outputs of the neurons over the plane, and the net's answers for the points of the test. They need thousands of places, so tensors
// with the weights of the scalar net compute them.
import { noGrad, type Tensor, tensor } from "chainrule";
import type { MLP } from "chainrule/scalar";
import type { Point } from "../../points/datasets.ts";
import { gridOf } from "../../points/surface.ts";
import { inputsAt } from "./inputs.ts";
import { sides } from "./messages.ts";
import type { Settings } from "./settings.ts";

export interface Pictures {
  /** The maps of the neurons of each layer. */
  readonly maps: readonly (readonly Float32Array[])[];
  readonly surface: Float32Array;
}

export class Painter {
  readonly #hidden: Settings["activation"];
  readonly #small: Tensor;
  readonly #large: Tensor;
  readonly #test: Tensor;
  readonly #testKinds: readonly number[];

  constructor({ inputs, activation }: Pick<Settings, "inputs" | "activation">, testPoints: readonly Point[]) {
    const at = (places: ArrayLike<number>) =>
      tensor(inputsAt(inputs, places), { shape: [places.length / 2, inputs.length] });
    this.#hidden = activation;
    this.#small = at(gridOf(sides.neuron));
    this.#large = at(gridOf(sides.surface));
    this.#test = at(testPoints.flatMap(({ x, y }) => [x, y]));
    this.#testKinds = testPoints.map(({ kind }) => kind);
  }

  paint(model: MLP): Pictures {
    return {
      maps: this.#outputs(model, this.#small).map(columnsOf),
      surface: columnsOf(this.#scores(model, this.#large))[0],
    };
  }

  /** The mean margin and the share of right answers on the points of the test; null without any. */
  test(model: MLP): { readonly margin: number; readonly accuracy: number } | null {
    const count = this.#testKinds.length;
    if (count === 0) return null;
    const [scores] = columnsOf(this.#scores(model, this.#test));
    let [margin, right] = [0, 0];
    for (const [i, kind] of this.#testKinds.entries()) {
      margin += Math.max(0, 1 - kind * scores[i]) / count;
      if (kind * scores[i] > 0) right++;
    }
    return { margin, accuracy: right / count };
  }

  #scores(model: MLP, inputs: Tensor): Tensor {
    const outputs = this.#outputs(model, inputs);
    return outputs[outputs.length - 1];
  }

  /** The output of each layer: one tensor [places, neurons] a layer. */
  #outputs(model: MLP, inputs: Tensor): Tensor[] {
    return noGrad(() => {
      let values = inputs;
      return model.layers.map(({ neurons }, layer) => {
        const weight = tensor(neurons.map(({ weights }) => weights.map(({ data }) => data)));
        const sums = values.matmul(weight.transpose()).add(tensor(neurons.map(({ bias }) => bias.data)));
        values = layer === model.layers.length - 1 ? sums : sums[this.#hidden]();
        return values;
      });
    });
  }
}

function columnsOf(values: Tensor): Float32Array[] {
  const [rows, columns] = values.shape;
  const { data } = values;
  return Array.from({ length: columns }, (_, column) =>
    Float32Array.from({ length: rows }, (_, row) => data[row * columns + column]),
  );
}
