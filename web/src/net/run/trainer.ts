// The net itself: an MLP of chapter one's Values, which trains on all points in every step.
import { MLP, Value } from "chainrule/scalar";
import type { Point } from "../../points/datasets.ts";
import { inputs } from "./inputs.ts";
import type { CurvePoint, NetReport, NeuronReport, Progress } from "./messages.ts";
import { Painter } from "./pictures.ts";
import { pointsFor, testPointsFor } from "./points-for.ts";
import type { Edit, Settings } from "./settings.ts";

export class Trainer {
  readonly #model: MLP;
  readonly #points: readonly Point[];
  /** The inputs of each point. */
  readonly #inputs: readonly (readonly number[])[];
  readonly #parameters: readonly Value[];
  readonly #painter: Painter;
  /** The edits that are still to come, and those that were applied. */
  #coming: readonly Edit[];
  readonly #edits: Edit[] = [];
  #rate: number;
  #decay: number;
  step = 0;
  loss: number | null = null;
  accuracy: number | null = null;

  /** A net at step 0, or as far as `from`, which must be of a net of the same settings. */
  constructor(settings: Settings, from: Progress | null = null) {
    const { layers, activation, seed, rate, decay, edits } = settings;
    this.#model = new MLP(settings.inputs.length, [...layers, 1], { activation, seed });
    this.#parameters = this.#model.parameters();
    this.#points = pointsFor(settings);
    this.#inputs = this.#points.map(({ x, y }) => settings.inputs.map((name) => inputs[name].of(x, y)));
    this.#painter = new Painter(settings, testPointsFor(settings));
    this.#rate = rate;
    this.#decay = decay;
    this.#coming = edits.toSorted((a, b) => a.step - b.step);
    this.step = from?.step ?? 0;
    this.#applyComing();
    if (from !== null) this.#take(from);
  }

  get isLost(): boolean {
    return this.loss !== null && !Number.isFinite(this.loss);
  }

  /** Takes a training step: forward, backward, update. Does nothing without points, or when the loss is not finite. */
  advance(): void {
    if (this.#points.length === 0 || this.isLost) return;
    const scores = this.#inputs.map((values) => this.#model.forward(values)[0]);
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
  }

  /** Changes a rate or a weight; returns false if there is no such weight. */
  edit(target: string, value: number): boolean {
    if (!this.#apply(target, value)) return false;
    // Of several edits of one target at one step, the last one counts.
    const same = this.#edits.findIndex((edit) => edit.step === this.step && edit.target === target);
    if (same >= 0) this.#edits.splice(same, 1);
    this.#edits.push({ step: this.step, target, value });
    return true;
  }

  report(runs: boolean): Omit<NetReport, "kind" | "heard" | "trace"> {
    const { maps, surface } = this.#painter.paint(this.#model);
    const layers = this.#model.layers.map(({ neurons }, layer) =>
      neurons.map(
        ({ weights, bias }, i): NeuronReport => ({
          weights: weights.map(({ data }) => data),
          bias: bias.data,
          slopes: weights.map(({ grad }) => grad),
          biasSlope: bias.grad,
          map: maps[layer][i],
        }),
      ),
    );
    return {
      ...this.point(),
      layers,
      surface,
      runs,
      lost: this.isLost,
      edits: [...this.#edits, ...this.#coming],
    };
  }

  /** The step as a point of the curves. */
  point(): CurvePoint {
    const test = this.#painter.test(this.#model);
    return {
      step: this.step,
      loss: this.loss,
      accuracy: this.accuracy,
      test: test && { loss: test.margin + this.#decay * this.#squares(), accuracy: test.accuracy },
    };
  }

  #squares(): number {
    return this.#parameters.reduce((sum, { data }) => sum + data * data, 0);
  }

  #take({ loss, accuracy, layers }: Progress): void {
    this.loss = loss;
    this.accuracy = accuracy;
    for (const [layer, { neurons }] of this.#model.layers.entries())
      for (const [i, { weights, bias }] of neurons.entries()) {
        const state = layers[layer][i];
        [bias.data, bias.grad] = [state.bias, state.biasSlope];
        for (const [n, weight] of weights.entries()) [weight.data, weight.grad] = [state.weights[n], state.slopes[n]];
      }
  }

  #applyComing(): void {
    const due = this.#coming.filter(({ step }) => step <= this.step);
    this.#coming = this.#coming.slice(due.length);
    for (const edit of due) if (this.#apply(edit.target, edit.value)) this.#edits.push(edit);
  }

  #apply(target: string, value: number): boolean {
    if (target === "rate") this.#rate = value;
    else if (target === "decay") this.#decay = value;
    else {
      const parameter = this.#parameterOf(target);
      if (parameter === null) return false;
      parameter.data = value;
    }
    return true;
  }

  #parameterOf(target: string): Value | null {
    const [layer, neuron, input] = target.split(".");
    const found = this.#model.layers[Number(layer)]?.neurons[Number(neuron)];
    if (found === undefined) return null;
    return input === "b" ? found.bias : (found.weights[Number(input)] ?? null);
  }
}
