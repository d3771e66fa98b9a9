// Reads and writes the bytes of a model file: a safetensors file with the weights under PyTorch's names ("1.weight"), and metadata with
// everything that is needed to use them. It uses no file system, so that a page reads and writes the same models.
//
//   format          "chainrule-model-1"
//   architecture    [["Flatten"], ["Linear", 784, 128], ...], or with a backbone [["tf_efficientnet_lite0"], ["Linear", 1280, 3]]
//   input           [1, 28, 28]: channels, height, width
//   classes         ["0", "1", ...]
//   normalisation   {"mean": [0.1307], "std": [0.3081]}, one number a channel, of pixels in [0, 1]
//   framing         "digit": how other pictures are brought into the form that the net takes
//   seed            7
//   training        the position and the options of the training, which can go on from there with the tensors "optimizer.…",
//                   "rng", "best.…" and "last.…" (see chainrule/train's checkpoint)

import { type Framing, framings } from "../data/framing.ts";
import { ChainruleError, type ErrorDetails } from "../errors/error.ts";
import { isWhole } from "../errors/numbers.ts";
import { writeSafetensors } from "../io/safetensors.ts";
import type { Sequential } from "../nn/containers.ts";
import { checkOptions } from "../tensor/options.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { build, checkLayers, isOfBackbone, type Layer } from "./layers.ts";
import { readTensors } from "./read-tensors.ts";

/**
 * The description of a net, with which it can be used: its layers, the shape of a picture (channels, height, width), the names of its
 * classes, the mean and standard deviation of each channel of pixels in [0, 1], the framing of other pictures, and the seed of its training.
 */
export interface Description {
  readonly architecture: readonly Layer[];
  readonly input: readonly [channels: number, height: number, width: number];
  readonly classes: readonly string[];
  readonly normalisation: { readonly mean: number[]; readonly std: number[] };
  readonly framing: Framing;
  readonly seed: number;
}

/**
 * The reason why bytes are not a usable model, as `details.reason` of the error. damaged: not a whole safetensors file. foreign: not a chainrule
 * model. metadata: nothing usable under `details.key`. layers: layers that do not fit each other, the pictures, the classes or the tensors.
 * dtype: a tensor of another element type.
 */
export type ModelFault = "damaged" | "foreign" | "metadata" | "layers" | "dtype";

/** The contents of a model file: the net with its weights, its description, all tensors, and the record of its training as parsed JSON. */
export interface ReadModel {
  readonly description: Description;
  readonly net: Sequential;
  readonly tensors: Map<string, Tensor>;
  readonly training: unknown;
}

/** The value of "format" in a model file's metadata. */
export const format = "chainrule-model-1";
const maxPixels = 2 ** 24;

/**
 * The bytes of a model file: the net's tensors (its stateDict) and any others, and the description as metadata. `training` is the
 * record of the training, in a form that JSON can hold. Tensors of a backbone whose values float16 holds exactly, as those of a file in
 * float16, are written in float16.
 */
export function writeModel(
  description: Description,
  tensors: ReadonlyMap<string, Tensor>,
  options: { readonly training?: unknown } = {},
): Uint8Array {
  checkOptions("writeModel", options, { training: true });
  const { training } = options;
  const entries = Object.entries({ format, ...description, ...(training === undefined ? {} : { training }) });
  const texts = entries.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]);
  const float16 = new Set([...tensors.keys()].filter((name) => isOfBackbone(name, description.architecture)));
  return writeSafetensors(new Map(tensors), Object.fromEntries(texts), { float16 });
}

/**
 * Builds the net of a model file with its weights, and returns it with everything else in the file. Throws an error of code "file", with a
 * ModelFault as `details.reason`, where the bytes are not a usable model.
 */
export function readModel(bytes: Uint8Array): ReadModel {
  const { tensors, metadata } = readTensors("readModel", bytes, "model");
  if (metadata.format !== format)
    throw refusal(
      "foreign",
      `not a chainrule model: its metadata has no "format": "${format}"; take one that chainrule train or the demo saved`,
    );
  const description = describe(metadata);
  const { architecture, input, classes } = description;
  const problem = checkLayers(architecture, { input, classes: classes.length, tensors });
  if (problem !== null) throw refusal("layers", `its architecture is not valid: ${problem}`);
  const net = build(architecture);
  const own = net.stateDict();
  const weights = [...tensors].filter(([name]) => own.has(name));
  for (const [tensor, { dtype }] of weights) {
    const expected = own.get(tensor)?.dtype;
    if (dtype !== expected)
      throw refusal("dtype", `tensor "${tensor}" is ${dtype}, but has to be ${expected}`, { tensor, dtype, expected });
  }
  net.loadStateDict(new Map(weights));
  return { description, net, tensors, training: json(metadata.training) };
}

function refusal(reason: ModelFault, words: string, details: ErrorDetails = {}): ChainruleError {
  return new ChainruleError("file", "readModel", words, { reason, ...details });
}

type DescriptionKey = "input" | "architecture" | "classes" | "normalisation" | "framing" | "seed";

function describe(metadata: Record<string, string>): Description {
  const read = <T>(key: DescriptionKey, fits: (value: unknown) => value is T): T => {
    const value = key === "framing" ? metadata[key] : json(metadata[key]);
    if (!fits(value)) throw refusal("metadata", `its metadata has no usable "${key}"; train the model again`, { key });
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

function json(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

const isCount = (value: unknown): value is number => isWhole(value, { from: 0 });
const isNumbers = (value: unknown): value is number[] => Array.isArray(value) && value.every(Number.isFinite);
const isFraming = (value: unknown): value is Framing => framings.some((framing) => framing === value);

function isInput(value: unknown): value is [number, number, number] {
  if (!isNumbers(value) || value.length !== 3) return false;
  const sizes = value.every((size) => isWhole(size, { from: 1 }));
  return sizes && (value[0] === 1 || value[0] === 3) && value[0] * value[1] * value[2] <= maxPixels;
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
