// Everything that a run depends on: the same settings give the same run, step by step, in the same browser.
import { type DatasetName, datasetNames, type Point } from "../../points/datasets.ts";
import type { InputName } from "./inputs.ts";

export const activations = ["relu", "tanh", "sigmoid"] as const;
export type Activation = (typeof activations)[number];

export const dataNames = [...datasetNames, "yours"] as const;
export type DataName = (typeof dataNames)[number];

/** A change in the middle of a run. */
export interface Edit {
  /** The number of steps taken before the change. */
  readonly step: number;
  /** "rate", "decay", or a weight as layer.neuron.input, where the input "b" is the bias. */
  readonly target: string;
  readonly value: number;
}

/** What is chosen for a data set so that the net learns it. */
export interface Recipe {
  readonly inputs: readonly InputName[];
  /** The number of neurons of each hidden layer; none is allowed. */
  readonly layers: readonly number[];
  readonly activation: Activation;
  readonly rate: number;
  /** The weight of Σ p² in the loss. */
  readonly decay: number;
  /** The standard deviation that is added to each coordinate. */
  readonly noise: number;
  /** The number of points to learn from; as many others test the net. */
  readonly count: number;
}

export interface Settings extends Recipe {
  readonly data: DataName;
  /** The visitor's own points; empty for a data set. */
  readonly points: readonly Point[];
  readonly seed: number;
  readonly edits: readonly Edit[];
}

export const limits = { layers: 8, neurons: 8, points: 300, leastPoints: 20, noise: 0.4 };
export const rates = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3];
export const decays = [0, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1];

const plain: Recipe = {
  inputs: ["x", "y"],
  layers: [8, 8],
  activation: "tanh",
  rate: 0.3,
  decay: 1e-4,
  noise: 0.1,
  count: 100,
};

/** Settings with which the net learns each data set: at least 95 % of its points within `learntWithin` steps. A test holds them to it. */
export const recipes = {
  moons: plain,
  circles: { ...plain, noise: 0.09 },
  xor: { ...plain, noise: 0.03 },
  spirals: { ...plain, inputs: ["x", "y", "sinx", "siny"], layers: [8, 8, 8], noise: 0.03, count: 140 },
  yours: plain,
} satisfies Record<DataName, Recipe>;

export const learntWithin = { moons: 150, circles: 150, xor: 150, spirals: 400 } satisfies Record<DatasetName, number>;

export const defaultsFor = (data: DataName): Settings => ({ ...recipes[data], data, points: [], seed: 1, edits: [] });
export const defaultSettings = defaultsFor("moons");

const recipeKeys = ["inputs", "layers", "activation", "rate", "decay", "noise", "count"] as const;
const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** The settings for other data: what the visitor has not chosen otherwise becomes the choice for the new data. */
export function withData(settings: Settings, data: DataName, points: readonly Point[]): Settings {
  const [before, after] = [recipes[settings.data], recipes[data]];
  const untouched = recipeKeys.filter((key) => isSame(settings[key], before[key]));
  const moved: Partial<Recipe> = Object.fromEntries(untouched.map((key) => [key, after[key]]));
  return { ...settings, ...moved, data, points, edits: [] };
}

/** Whether the net, the activation and the rate are those of the recipe: others may not learn the data. */
export const followsRecipe = (settings: Settings): boolean =>
  (["inputs", "layers", "activation", "rate", "decay"] as const).every((key) =>
    isSame(settings[key], recipes[settings.data][key]),
  );

/** The learning rate or the weight decay after the edits so far. */
export const currentOf = (settings: Settings, target: "rate" | "decay"): number =>
  settings.edits.findLast((edit) => edit.target === target)?.value ?? settings[target];
