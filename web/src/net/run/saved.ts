// A run as the page keeps it, for undo and across reloads: its settings, how far it has come, and its curves.
import { type Curves, emptyCurves } from "./curves.ts";
import { read, written } from "./link.ts";
import type { NeuronState, Progress } from "./messages.ts";
import type { Settings } from "./settings.ts";

export interface Saved {
  readonly settings: Settings;
  /** null at step 0 of an unchanged net. */
  readonly progress: Progress | null;
  readonly curves: Curves;
  /** The curves of earlier runs, the newest last. */
  readonly ghosts: readonly Curves[];
}

/** What IndexedDB holds: settings as an address has them, because reading those checks them. */
export interface Stored extends Omit<Saved, "settings"> {
  readonly version: 1;
  readonly settings: Record<string, string>;
}

export const stored = ({ settings, ...saved }: Saved): Stored => ({
  ...saved,
  version: 1,
  settings: written(settings),
});

/** The run in a stored value; null if it holds none, or one of another version of this page. */
export function restored(value: unknown): Saved | null {
  if (!isRecord(value) || value.version !== 1 || !isRecord(value.settings)) return null;
  const texts = Object.entries(value.settings).map(([name, text]) => [name, String(text)]);
  const { settings, unread } = read(new URLSearchParams(texts));
  const progress = value.progress === null ? null : progressOf(value.progress, settings);
  if (unread.length > 0 || progress === undefined) return null;
  const curves = isCurves(value.curves) ? value.curves : emptyCurves;
  const ghosts = Array.isArray(value.ghosts) ? value.ghosts.filter(isCurves) : [];
  return { settings, progress, curves, ghosts };
}

/** A report without its pictures, which the engine makes again. */
export const progressIn = ({ step, loss, accuracy, layers }: Progress): Progress => ({
  step,
  loss,
  accuracy,
  layers: layers.map((neurons) =>
    neurons.map(({ weights, bias, slopes, biasSlope }) => ({ weights, bias, slopes, biasSlope })),
  ),
});

type Loose = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Loose => typeof value === "object" && value !== null;
const isNumber = (value: unknown): value is number => typeof value === "number";
const isNumbers = (value: unknown, length: number): value is number[] =>
  Array.isArray(value) && value.length === length && value.every(isNumber);

/** The progress, if its layers have the sizes of the settings; undefined otherwise. */
function progressOf(value: unknown, { inputs, layers: hidden }: Settings): Progress | undefined {
  if (!isRecord(value)) return undefined;
  const { step, loss, accuracy, layers } = value;
  const isFigure = (x: unknown): x is number | null => x === null || isNumber(x);
  if (!isNumber(step) || !Number.isSafeInteger(step) || step < 0 || !isFigure(loss) || !isFigure(accuracy))
    return undefined;
  const sizes = [inputs.length, ...hidden, 1];
  const fits = (neurons: unknown, layer: number): neurons is NeuronState[] =>
    Array.isArray(neurons) &&
    neurons.length === sizes[layer + 1] &&
    neurons.every((one: unknown) => isNeuron(one, sizes[layer]));
  if (!Array.isArray(layers) || layers.length !== sizes.length - 1 || !layers.every(fits)) return undefined;
  return { step, loss, accuracy, layers };
}

const isNeuron = (value: unknown, inputs: number): value is NeuronState =>
  isRecord(value) &&
  isNumbers(value.weights, inputs) &&
  isNumbers(value.slopes, inputs) &&
  isNumber(value.bias) &&
  isNumber(value.biasSlope);

function isCurves(value: unknown): value is Curves {
  if (!isRecord(value) || !isNumber(value.every) || !Array.isArray(value.steps)) return false;
  const { length } = value.steps;
  const isList = (list: unknown) =>
    Array.isArray(list) && list.length === length && list.every((x) => x === null || isNumber(x));
  return [value.steps, value.loss, value.testLoss, value.accuracy, value.testAccuracy].every(isList);
}
