// Everything that a run depends on: the same settings give the same run, step by step, in the same browser. The page's address holds
// them, and also each change during the run (of a rate or a single weight), with its step.
import { type DatasetName, datasetNames, type Point, reach } from "../points/datasets.ts";

export const activations = ["relu", "tanh", "sigmoid"] as const;
export type Activation = (typeof activations)[number];

/** A change in the middle of a run. */
export interface Edit {
  /** The number of steps taken before the change. */
  readonly step: number;
  /** "rate", "decay", or a weight as layer.neuron.input, where the input "b" is the bias. */
  readonly target: string;
  readonly value: number;
}

export interface Settings {
  readonly data: DatasetName | "yours";
  /** The visitor's own points; empty for a data set. */
  readonly points: readonly Point[];
  /** The number of neurons of each hidden layer. */
  readonly layers: readonly number[];
  readonly activation: Activation;
  readonly rate: number;
  /** The weight of Σ p² in the loss. */
  readonly decay: number;
  readonly seed: number;
  readonly edits: readonly Edit[];
}

export const limits = { layers: 4, neurons: 8, points: 300, edits: 40 };
export const rates = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1];
export const decays = [0, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1];

export const defaultSettings: Settings = {
  data: "moons",
  points: [],
  layers: [8, 8],
  activation: "tanh",
  rate: 0.3,
  decay: 1e-4,
  seed: 1,
  edits: [],
};

/** The settings as an address has them; those with their default value are left out. */
export function written(settings: Settings): Record<string, string> {
  const [own, defaults] = [texts(settings), texts(defaultSettings)];
  return Object.fromEntries(Object.entries(own).filter(([name, value]) => value !== defaults[name]));
}

function texts(settings: Settings): Record<string, string> {
  return {
    data: settings.data,
    layers: settings.layers.join("."),
    act: settings.activation,
    rate: String(settings.rate),
    decay: String(settings.decay),
    seed: String(settings.seed),
    points: settings.data === "yours" ? settings.points.map(pointText).join("") : "",
    edits: settings.edits.map(({ step, target, value }) => `${step}*${target}*${value}`).join("_"),
  };
}

/** Reads the settings of an address; a setting without a valid value gets its default. */
export function read(query: URLSearchParams): Settings {
  const number = (text: string | null, otherwise: number, isValid: (x: number) => boolean) => {
    const value = text === null || text === "" ? Number.NaN : Number(text);
    return Number.isFinite(value) && isValid(value) ? value : otherwise;
  };
  const data = [...datasetNames, "yours" as const].find((name) => name === query.get("data")) ?? defaultSettings.data;
  const layers = query.get("layers")?.split(".").map(Number) ?? defaultSettings.layers;
  const isSize = (size: number) => Number.isSafeInteger(size) && size >= 1 && size <= limits.neurons;
  return {
    data,
    points: data === "yours" ? pointsIn(query.get("points") ?? "") : [],
    layers:
      layers.length >= 1 && layers.length <= limits.layers && layers.every(isSize) ? layers : defaultSettings.layers,
    activation: activations.find((name) => name === query.get("act")) ?? defaultSettings.activation,
    rate: number(query.get("rate"), defaultSettings.rate, (x) => x > 0 && x <= 10),
    decay: number(query.get("decay"), defaultSettings.decay, (x) => x >= 0 && x <= 1),
    seed: number(query.get("seed"), defaultSettings.seed, (x) => Number.isSafeInteger(x) && x >= 0),
    edits: editsIn(query.get("edits") ?? ""),
  };
}

function editsIn(text: string): Edit[] {
  return text
    .split("_")
    .slice(0, limits.edits)
    .flatMap((one) => {
      const [step, target, value] = one.split("*");
      const edit = { step: Number(step), target, value: Number(value) };
      const isKnown = /^(rate|decay|\d+\.\d+\.(\d+|b))$/.test(target ?? "");
      return isKnown && value !== "" && Number.isSafeInteger(edit.step) && edit.step >= 0 && Number.isFinite(edit.value)
        ? [edit]
        : [];
    });
}

/** A coordinate is written as two digits of base 36: this many steps from one edge of the plane to the other. */
const steps = 36 * 36 - 1;
const digits = (x: number) =>
  Math.round(((x / reach + 1) / 2) * steps)
    .toString(36)
    .padStart(2, "0");
const pointText = ({ x, y, kind }: Point): string => `${digits(x)}${digits(y)}${kind > 0 ? "b" : "o"}`;

function pointsIn(text: string): Point[] {
  const place = (two: string) => reach * ((2 * Number.parseInt(two, 36)) / steps - 1);
  return (text.match(/[0-9a-z]{4}[bo]/g) ?? []).slice(0, limits.points).map((one) => ({
    x: place(one.slice(0, 2)),
    y: place(one.slice(2, 4)),
    kind: one[4] === "b" ? 1 : -1,
  }));
}

/** A point rounded to what the address can hold. */
export const rounded = (point: Point): Point => pointsIn(pointText(point))[0];
