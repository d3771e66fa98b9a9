// One net, one loss, one set of initial weights, and ways to take a step: single numbers, arrays, and a compiled program, on the processor and
// on a GPU. The loss is that of micrograd's moons, a support vector machine's: Σ relu(1 - y · s) / n + 10⁻⁴ Σ p².
import { type Chapter, compile, Linear, noGrad, ReLU, Sequential, SGD, type Tensor, tensor } from "chainrule";
import { MLP, Value } from "chainrule/scalar";
import type { Point } from "../points/datasets.ts";
import type { Runner } from "./messages.ts";

export interface Stepping {
  readonly runner: Runner;
  /** Takes a step; returns the loss before it. */
  step(): number;
  /** The net's score for each of the places x, y, x, y, ... */
  scores(places: Float64Array): Float32Array;
  /** The chapters that explain() prints of the compiled step. */
  chapters?(): readonly Chapter[];
}

/** One whose steps run elsewhere: it has taken them when their losses have come. */
export interface Ahead {
  readonly runner: Runner;
  /** Takes this many steps; returns the losses before each. */
  steps(count: number): Promise<readonly number[]>;
  scores(places: Float64Array): Promise<Float32Array>;
}

export type Contestant = Stepping | Ahead;

const rate = 0.1;
const decay = 1e-4;

/** The scalar net whose initial weights all take. */
const initialNet = (width: number): MLP => new MLP(2, [width, width, 1], { seed: 3 });

export function scalars(points: readonly Point[], width: number): Stepping {
  const model = initialNet(width);
  const parameters = model.parameters();
  return {
    runner: "scalars",
    step() {
      let margins = new Value(0);
      for (const { x, y, kind } of points) margins = margins.add(model.forward([x, y])[0].mul(-kind).add(1).relu());
      let squares = new Value(0);
      for (const parameter of parameters) squares = squares.add(parameter.mul(parameter));
      const loss = margins.div(points.length).add(squares.mul(decay));
      model.zeroGrad();
      loss.backward();
      for (const parameter of parameters) parameter.data -= rate * parameter.grad;
      return loss.data;
    },
    scores: (places) => scoresOf(model, places),
  };
}

/** The scores of a scalar net at hundreds of places: tensors with its weights compute them, because Values would take seconds. */
function scoresOf(model: MLP, places: Float64Array): Float32Array {
  return noGrad(() => {
    const [first, ...layers] = model.layers.map(({ neurons }) => ({
      weight: tensor(neurons.map(({ weights }) => weights.map(({ data }) => data))).transpose(),
      bias: tensor(neurons.map(({ bias }) => bias.data)),
    }));
    const at = tensor(Float32Array.from(places), { shape: [places.length / 2, 2] });
    const values = layers.reduce(
      (x, { weight, bias }) => x.relu().matmul(weight).add(bias),
      at.matmul(first.weight).add(first.bias),
    );
    return Float32Array.from(values.data);
  });
}

function arrayNet(points: readonly Point[], width: number): { model: Sequential; step: () => Tensor } {
  const model = new Sequential(
    new Linear(2, width),
    new ReLU(),
    new Linear(width, width),
    new ReLU(),
    new Linear(width, 1),
  );
  const lists = initialNet(width).layers.flatMap(({ neurons }) => [
    neurons.map(({ weights }) => weights.map(({ data }) => data)),
    neurons.map(({ bias }) => bias.data),
  ]);
  const parameters = model.parameters();
  for (const [i, parameter] of parameters.entries()) parameter.assign(tensor(lists[i]));
  const optimizer = new SGD(parameters, { lr: rate });
  const places = tensor(points.map(({ x, y }) => [x, y]));
  const kinds = tensor(points.map(({ kind }) => [kind]));
  const step = () => {
    const margins = model.forward(places).mul(kinds).neg().add(1).relu().mean();
    const squares = parameters.map((parameter) => parameter.mul(parameter).sum()).reduce((sum, one) => sum.add(one));
    const loss = margins.add(squares.mul(decay));
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss.detach();
  };
  return { model, step };
}

const scoresBy =
  (model: Sequential) =>
  (places: Float64Array): Float32Array =>
    noGrad(() => model.forward(tensor(Float32Array.from(places), { shape: [places.length / 2, 2] })))
      .data as Float32Array;

export function arrays(points: readonly Point[], width: number): Stepping {
  const { model, step } = arrayNet(points, width);
  return { runner: "arrays", step: () => step().item(), scores: scoresBy(model) };
}

export function compiled(points: readonly Point[], width: number): Stepping {
  const { model, step } = arrayNet(points, width);
  const program = compile(step);
  return {
    runner: "compiled",
    step: () => program().item(),
    scores: scoresBy(model),
    chapters: () => program.chapters(),
  };
}

/** Needs a GPU that was found. */
export function onGpu(points: readonly Point[], width: number): Ahead {
  const { model, step } = arrayNet(points, width);
  const program = compile(step, { backend: "webgpu" });
  // The weights live on the GPU during the race; the picture of the plane is drawn with copies of them.
  const copy = arrayNet(points, width).model;
  return {
    runner: "gpu",
    async steps(count) {
      const losses = Array.from({ length: count }, () => program());
      return (await Promise.all(losses.map((loss) => loss.read()))).map(([loss]) => Number(loss));
    },
    async scores(places) {
      const weights = await Promise.all(model.parameters().map((parameter) => parameter.read()));
      for (const [i, parameter] of copy.parameters().entries())
        parameter.assign(tensor(Float32Array.from(weights[i]), { shape: parameter.shape }));
      return scoresBy(copy)(places);
    },
  };
}
