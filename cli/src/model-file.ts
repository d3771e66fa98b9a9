// A model file is a safetensors file that stands for itself: the weights under PyTorch's names ("1.weight"), and in its metadata,
// each as JSON, all that is needed to use them
//
//   format          "chainrule-model-1"
//   architecture    [["Flatten"], ["Linear", 784, 128], ...]
//   input           [1, 28, 28]: channels, height, width
//   classes         ["0", "1", ...]
//   normalisation   {"mean": [0.1307], "std": [0.3081]}, one number a channel, of pixels in [0, 1]
//   framing         "digit": how a picture from outside is brought before the net
//   seed            7
//   training        how far training is and under which options; with the tensors "optimizer.…", "rng", "best.…" and "last.…"
//                   (see chainrule/train's checkpoint) it goes on from there
import type { Sequential, Tensor } from "chainrule";
import { type Framing, framings } from "chainrule/data";
import { readSafetensors, writeSafetensors } from "chainrule/io";
import { readBytes, writeWhole } from "chainrule/node";
import { BadInput, reading } from "./failure.ts";
import { build, checkLayers, type Layer } from "./networks.ts";

/** What has to be known to use a net: see above. */
export interface Description {
  readonly architecture: readonly Layer[];
  readonly input: readonly [channels: number, height: number, width: number];
  readonly classes: readonly string[];
  readonly normalisation: { readonly mean: number[]; readonly std: number[] };
  readonly framing: Framing;
  readonly seed: number;
}

export interface Model {
  readonly description: Description;
  readonly net: Sequential;
}

/** All that the file holds: training's own metadata, as parsed JSON, and every tensor, those of the net too. */
export interface Extras {
  readonly training: unknown;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

const format = "chainrule-model-1";
const mostPixels = 2 ** 24;

export async function saveModel(file: string, description: Description, { training, tensors }: Extras): Promise<void> {
  const metadata = Object.entries({ format, ...description, training });
  const texts = metadata.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]);
  const bytes = writeSafetensors(new Map(tensors), Object.fromEntries(texts));
  await reading(() => writeWhole(file, bytes));
}

export async function loadModel(file: string): Promise<Model & Extras> {
  return reading(async () => {
    const { tensors, metadata } = parse(file, await readBytes(file));
    if (metadata.format !== format)
      throw new BadInput(
        `${file}: no chainrule model: its metadata has no "format": "${format}"; chainrule train makes such files`,
      );
    const description = readDescription(file, metadata);
    const { architecture, input, classes } = description;
    const problem = checkLayers(architecture, { input, classes: classes.length, tensors });
    if (problem !== null) throw new BadInput(`${file}: its architecture does not hold together: ${problem}`);
    const net = build(architecture);
    const state = net.stateDict();
    const weights = [...tensors].filter(([name]) => state.has(name));
    const wrong = weights.find(([name, { dtype }]) => dtype !== state.get(name)?.dtype);
    if (wrong !== undefined)
      throw new BadInput(
        `${file}: tensor "${wrong[0]}" is ${wrong[1].dtype}, it has to be ${state.get(wrong[0])?.dtype}`,
      );
    net.loadStateDict(new Map(weights));
    return { description, net, training: json(metadata.training), tensors };
  });
}

/** Whether a file may be replaced by a model: it is none yet, is empty, or is a safetensors file. */
export async function checkReplaceable(file: string, exists: boolean): Promise<void> {
  if (!exists) return;
  const bytes = await reading(() => readBytes(file));
  if (bytes.length > 0 && bytes[8] !== 0x7b)
    throw new BadInput(`--out ${file}: exists and is no model; it is not overwritten, choose another name`);
}

function parse(file: string, bytes: Uint8Array) {
  try {
    return readSafetensors(bytes);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith("readSafetensors: ")) throw error;
    throw new BadInput(`${file}: no model file, or a damaged one: ${error.message.slice("readSafetensors: ".length)}`);
  }
}

function readDescription(file: string, metadata: Record<string, string>): Description {
  const read = <T>(key: string, fits: (value: unknown) => value is T): T => {
    const value = key === "framing" ? metadata[key] : json(metadata[key]);
    if (!fits(value)) throw new BadInput(`${file}: its metadata has no usable "${key}"; train the model again`);
    return value;
  };
  const input = read("input", isInput);
  return {
    architecture: read("architecture", isArchitecture),
    input,
    classes: read("classes", isNames),
    normalisation: read("normalisation", (value) => isNormalisation(value, input[0])),
    framing: read("framing", isFraming),
    seed: read("seed", isCount),
  };
}

export function json(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isNumbers = (value: unknown): value is number[] => Array.isArray(value) && value.every(Number.isFinite);
const isFraming = (value: unknown): value is Framing => framings.some((framing) => framing === value);

function isInput(value: unknown): value is [number, number, number] {
  if (!isNumbers(value) || value.length !== 3) return false;
  const sizes = value.every((size) => Number.isSafeInteger(size) && size > 0);
  return sizes && (value[0] === 1 || value[0] === 3) && value[0] * value[1] * value[2] <= mostPixels;
}

function isArchitecture(value: unknown): value is Layer[] {
  return (
    Array.isArray(value) &&
    value.every((layer) => Array.isArray(layer) && typeof layer[0] === "string" && isNumbers(layer.slice(1)))
  );
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === "string");
}

function isNormalisation(value: unknown, channels: number): value is { mean: number[]; std: number[] } {
  if (!isRecord(value)) return false;
  const { mean, std } = value;
  const both = isNumbers(mean) && isNumbers(std) && mean.length === channels && std.length === channels;
  return both && std.every((deviation) => deviation > 0);
}
