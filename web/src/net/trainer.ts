// The net itself: an MLP of chapter one's Values, which trains on all points in every step. The pictures of the neurons' outputs need
// thousands of places, so tensors with the same weights compute those.
import { noGrad, type Tensor, tensor } from "chainrule";
import { MLP, Value } from "chainrule/scalar";
import type { Point } from "../points/datasets.ts";
import { gridOf } from "../points/surface.ts";
import { type NetReport, type NeuronReport, sides } from "./messages.ts";
import { pointsFor } from "./points-for.ts";
import type { Edit, Settings } from "./settings.ts";

export class Trainer {
  readonly #model: MLP;
  readonly #points: readonly Point[];
  readonly #parameters: readonly Value[];
  readonly #hidden: Settings["activation"];
  /** The edits that are still to come, and those that were applied. */
  #coming: readonly Edit[];
  readonly #edits: Edit[] = [];
  #rate: number;
  #decay: number;
  #milliseconds = 0;
  step = 0;
  loss: number | null = null;
  accuracy: number | null = null;

  constructor(settings: Settings) {
    const { layers, activation, seed, rate, decay, edits } = settings;
    this.#model = new MLP(2, [...layers, 1], { activation, seed });
    this.#parameters = this.#model.parameters();
    this.#hidden = activation;
    this.#points = pointsFor(settings);
    this.#rate = rate;
    this.#decay = decay;
    this.#coming = edits.toSorted((a, b) => a.step - b.step);
    this.#applyComing();
  }

  get isLost(): boolean {
    return this.loss !== null && !Number.isFinite(this.loss);
  }

  /** Takes a training step: forward, backward, update. Does nothing without points, or when the loss is not finite. */
  advance(): void {
    if (this.#points.length === 0 || this.isLost) return;
    const began = performance.now();
    const scores = this.#points.map(({ x, y }) => this.#model.forward([x, y])[0]);
    let margins = new Value(0);
    for (const [i, { kind }] of this.#points.entries()) margins = margins.add(scores[i].mul(-kind).add(1).relu());
    let squares = new Value(0);
    for (const parameter of this.#parameters) squares = squares.add(parameter.mul(parameter));
    const loss = margins.div(this.#points.length).add(squares.mul(this.#decay));
    this.#model.zeroGrad();
    loss.backward();
    for (const parameter of this.#parameters) parameter.data -= this.#rate * parameter.grad;
    this.step++;
    this.loss = loss.data;
    const right = this.#points.filter(({ kind }, i) => scores[i].data * kind > 0).length;
    this.accuracy = right / this.#points.length;
    this.#applyComing();
    this.#milliseconds += performance.now() - began;
  }

  /** Changes a rate or a weight; returns false if there is no such weight. */
  edit(target: string, value: number): boolean {
    if (target === "rate") this.#rate = value;
    else if (target === "decay") this.#decay = value;
    else {
      const parameter = this.#parameterOf(target);
      if (parameter === null) return false;
      parameter.data = value;
    }
    // Of several edits of one target at one step, the last one counts.
    const same = this.#edits.findIndex((edit) => edit.step === this.step && edit.target === target);
    if (same >= 0) this.#edits.splice(same, 1);
    this.#edits.push({ step: this.step, target, value });
    return true;
  }

  report(runs: boolean): NetReport {
    const [maps, surfaces] = [this.#outputs(gridOf(sides.neuron)), this.#outputs(gridOf(sides.surface))];
    const layers = this.#model.layers.map(({ neurons }, layer) =>
      neurons.map(
        ({ weights, bias }, i): NeuronReport => ({
          weights: weights.map(({ data }) => data),
          bias: bias.data,
          slopes: weights.map(({ grad }) => grad),
          biasSlope: bias.grad,
          map: columnOf(maps[layer], i),
        }),
      ),
    );
    return {
      kind: "report",
      step: this.step,
      loss: this.loss,
      accuracy: this.accuracy,
      milliseconds: this.#milliseconds,
      layers,
      surface: columnOf(surfaces[surfaces.length - 1], 0),
      runs,
      lost: this.isLost,
      edits: [...this.#edits, ...this.#coming],
    };
  }

  /** The output of each layer for places x, y, x, y, ...: one tensor [places, neurons] a layer. */
  #outputs(places: Float64Array): Tensor[] {
    return noGrad(() => {
      let values = tensor(Float32Array.from(places), { shape: [places.length / 2, 2] });
      return this.#model.layers.map(({ neurons }, layer) => {
        const weight = tensor(neurons.map(({ weights }) => weights.map(({ data }) => data)));
        const sums = values.matmul(weight.transpose()).add(tensor(neurons.map(({ bias }) => bias.data)));
        values = layer === this.#model.layers.length - 1 ? sums : sums[this.#hidden]();
        return values;
      });
    });
  }

  #applyComing(): void {
    const due = this.#coming.filter(({ step }) => step <= this.step);
    this.#coming = this.#coming.slice(due.length);
    for (const { target, value } of due) this.edit(target, value);
  }

  #parameterOf(target: string): Value | null {
    const [layer, neuron, input] = target.split(".");
    const found = this.#model.layers[Number(layer)]?.neurons[Number(neuron)];
    if (found === undefined) return null;
    return input === "b" ? found.bias : (found.weights[Number(input)] ?? null);
  }
}

function columnOf(values: Tensor, column: number): Float32Array {
  const [rows, columns] = values.shape;
  const { data } = values;
  return Float32Array.from({ length: rows }, (_, row) => data[row * columns + column]);
}
