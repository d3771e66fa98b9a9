// What a model file says, apart from where it lies: a safetensors file with the weights under PyTorch's names ("1.weight"), and in its
// metadata all that is needed to use them. Nothing here knows of files, so that a page reads and writes the same models.
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

import { type Framing, framings } from "../data/framing.ts";
import { ChainruleError, type ErrorDetails } from "../errors/error.ts";
import { isWhole } from "../errors/numbers.ts";
import { readSafetensors, writeSafetensors } from "../io/safetensors.ts";
import type { Sequential } from "../nn/containers.ts";
import { checkOptions } from "../tensor/options.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { build, checkLayers, type Layer } from "./layers.ts";

/**
 * What has to be known to use a net: its layers, the shape of a picture (channels, height, width), the names of its classes, the mean
 * and standard deviation of each channel of pixels in [0, 1], how a picture from outside is framed, and the seed of its training.
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
 * Why bytes are no model that can be used, as `details.reason` of the error: no safetensors file or not a whole one, no model of ours,
 * metadata that say nothing usable under `details.key`, layers that do not fit each other, the pictures, the classes or the tensors, a
 * tensor of another element type.
 */
export type ModelFault = "damaged" | "foreign" | "metadata" | "layers" | "dtype";

/** What a model file holds: a net with its weights, what describes it, every tensor, and what it says of its training, as parsed JSON. */
export interface ReadModel {
  readonly description: Description;
  readonly net: Sequential;
  readonly tensors: Map<string, Tensor>;
  readonly training: unknown;
}

/** What a model file's metadata say under "format". */
export const format = "chainrule-model-1";
const maxPixels = 2 ** 24;

/**
 * The bytes of a model file: the net's tensors (its stateDict) and any others, and the description as metadata. `training` says how far
 * training is, in a form that JSON can hold.
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
  return writeSafetensors(new Map(tensors), Object.fromEntries(texts));
}

/**
 * A net with the weights of the file, what describes it, and all that the file holds. Throws an error of code "file", with a ModelFault as
 * `details.reason`, where the bytes are no model that can be used.
 */
export function readModel(bytes: Uint8Array): ReadModel {
  const { tensors, metadata } = parse(bytes);
  if (metadata.format !== format)
    throw refusal(
      "foreign",
      `no chainrule model: its metadata has no "format": "${format}"; take one that chainrule train or the demo saved`,
    );
  const description = describe(metadata);
  const { architecture, input, classes } = description;
  const problem = checkLayers(architecture, { input, classes: classes.length, tensors });
  if (problem !== null) throw refusal("layers", `its architecture does not hold together: ${problem}`);
  const net = build(architecture);
  const own = net.stateDict();
  const weights = [...tensors].filter(([name]) => own.has(name));
  for (const [tensor, { dtype }] of weights) {
    const expected = own.get(tensor)?.dtype;
    if (dtype !== expected)
      throw refusal("dtype", `tensor "${tensor}" is ${dtype}, it has to be ${expected}`, { tensor, dtype, expected });
  }
  net.loadStateDict(new Map(weights));
  return { description, net, tensors, training: json(metadata.training) };
}

function refusal(
  reason: ModelFault,
  words: string,
  { cause, ...details }: ErrorDetails & { readonly cause?: unknown } = {},
): ChainruleError {
  return new ChainruleError("file", "readModel", words, { reason, ...details }, { cause });
}

function parse(bytes: Uint8Array): ReturnType<typeof readSafetensors> {
  try {
    return readSafetensors(bytes);
  } catch (cause) {
    if (!(cause instanceof ChainruleError) || cause.code !== "file") throw cause;
    throw refusal("damaged", `no model file, or a damaged one: ${cause.words}`, { ...cause.details, cause });
  }
}

function describe(metadata: Record<string, string>): Description {
  const read = <T>(key: string, fits: (value: unknown) => value is T): T => {
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
