// Reads a backbone from a safetensors file with timm's or torchvision's names. Loading is strict: each tensor of the net is in the file with
// the net's shape, and the file has no others but those of the classifier and batch norm's counters, which may be missing.
//
// Metadata that is used, if the file has it: `architecture` (a name of the table), `input_size` "[3,224,224]", `mean` and `std` "[0.5,0.5,0.5]".
import { ChainruleError, type ErrorDetails } from "../../errors/error.ts";
import { isWhole } from "../../errors/numbers.ts";
import { checkTensor, takes } from "../../tensor/arguments.ts";
import { tensor } from "../../tensor/create.ts";
import { describe, isFloating } from "../../tensor/dtype.ts";
import { checkOptions, type OptionNames } from "../../tensor/options.ts";
import { sameShape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { readTensors } from "../read-tensors.ts";
import type { Backbone } from "./backbone.ts";
import {
  type BackboneInput,
  type BackboneName,
  backboneNames,
  backbones,
  checkBackboneName,
  type Entry,
  entryOf,
  recognise,
} from "./table.ts";

/** The options of readBackbone. */
export interface ReadBackboneOptions {
  /** The net, by timm's or torchvision's name; needed where neither the file's metadata nor its tensors say which net it is. */
  readonly name?: BackboneName | undefined;
}

/** A backbone with its weights, in evaluation mode. */
export interface ReadBackbone {
  readonly name: BackboneName;
  /** The net, whose parameters have the names of the file. */
  readonly net: Backbone;
  /** How the net wants its pictures, from the file's metadata, else as its authors trained it. */
  readonly input: BackboneInput;
  /** The names of the file's tensors that belong to its classifier, which the backbone does without. */
  readonly leftOut: readonly string[];
  /** The features of prepared pictures, [N, 3, H, W] -> [N, C]: net.forward. */
  readonly features: (x: Tensor) => Tensor;
  /** Turns pixels [N, 3, H, W] from 0 to 255 into what the net takes: (p / 255 - mean) / std, float32. */
  readonly prepare: (pixels: Tensor) => Tensor;
}

/**
 * The reason why bytes are not a usable backbone, as `details.reason` of the error. damaged: not a whole safetensors file. unknown: none of
 * the nets, or more than one. missing, unexpected, shape, dtype: what is wrong with the tensor `details.tensor`. metadata: nothing usable
 * under `details.key`.
 */
export type BackboneFault = "damaged" | "unknown" | "missing" | "unexpected" | "shape" | "dtype" | "metadata";

const names: OptionNames<ReadBackboneOptions> = { name: true };

/**
 * Reads the bytes of a safetensors file into a backbone, which is in evaluation mode. float16 and bfloat16 become float32. Throws an error of
 * code "file", with a BackboneFault as `details.reason`, where the bytes are not a usable backbone; it names the first tensor that is missing,
 * unexpected or of another shape.
 */
export function readBackbone(bytes: Uint8Array, options: ReadBackboneOptions = {}): ReadBackbone {
  takes("readBackbone", arguments.length, 2);
  checkOptions("readBackbone", options, names);
  if (options.name !== undefined) checkBackboneName("readBackbone", options.name);
  const { tensors, metadata } = readTensors("readBackbone", bytes, "safetensors");
  const name = options.name ?? nameOf(tensors, metadata);
  const entry: Entry = backbones[name];
  const net = entry.build();
  const leftOut = load(net, tensors, { name, entry });
  const input = inputOf(metadata, entry.input);
  const features = (x: Tensor) => net.forward(x);
  return { name, net: net.eval(), input, leftOut, features, prepare: (pixels) => prepare(pixels, input) };
}

function fault(reason: BackboneFault, words: string, details: ErrorDetails = {}): ChainruleError {
  return new ChainruleError("file", "readBackbone", words, { reason, ...details });
}

/** The net of a file without a name by the caller: that of its metadata, else the one whose signs its tensors have. */
function nameOf(tensors: ReadonlyMap<string, Tensor>, metadata: Readonly<Record<string, string>>): BackboneName {
  const { architecture } = metadata;
  if (architecture !== undefined && entryOf(architecture) !== null) return architecture as BackboneName;
  const candidates = recognise(tensors);
  if (candidates.length === 1) return candidates[0];
  throw candidates.length === 0
    ? fault("unknown", `its tensors are those of none of the nets that are read: ${backboneNames.join(", ")}`, {
        architecture: architecture ?? null,
      })
    : fault("unknown", `its tensors are those of ${candidates.join(" and ")}; say which with the option name`, {
        candidates,
      });
}

/** Loads the tensors into the net, and returns the names of the classifier's tensors. */
function load(
  net: Backbone,
  tensors: ReadonlyMap<string, Tensor>,
  { name, entry }: { readonly name: string; readonly entry: Entry },
): string[] {
  const own = net.stateDict();
  const isClassifier = (tensor: string) => entry.classifier.some((prefix) => tensor.startsWith(prefix));
  const leftOut = [...tensors.keys()].filter((tensor) => !own.has(tensor) && isClassifier(tensor));
  const missing = [...own.keys()].filter((tensor) => !tensors.has(tensor) && !isCounter(tensor));
  const unexpected = [...tensors.keys()].filter((tensor) => !own.has(tensor) && !isClassifier(tensor));
  for (const [tensor, expected] of own) {
    const found = tensors.get(tensor);
    if (found === undefined) continue;
    const details = { tensor, expected: expected.shape, found: found.shape };
    if (!sameShape(found.shape, expected.shape))
      throw fault("shape", `tensor "${tensor}" is ${describe(found)}, but ${name} has ${describe(expected)}`, details);
    if (isFloating(expected.dtype) && !isFloating(found.dtype))
      throw fault(
        "dtype",
        `tensor "${tensor}" is ${describe(found)}, not of floats; convert it where it was written`,
        details,
      );
  }
  if (missing.length > 0) {
    const [tensor] = missing;
    const words = `tensor "${tensor}" of ${name}, ${describe(own.get(tensor) as Tensor)}, is missing${others(missing)}`;
    throw fault("missing", words, { tensor, missing });
  }
  if (unexpected.length > 0) {
    const [tensor] = unexpected;
    const words = `tensor "${tensor}", ${describe(tensors.get(tensor) as Tensor)}, is no part of ${name}${others(unexpected)}`;
    throw fault("unexpected", words, { tensor, unexpected });
  }
  net.loadStateDict(new Map([...tensors].filter(([tensor]) => own.has(tensor))), { strict: false });
  return leftOut;
}

/** Batch norm's counter of training batches, which evaluation does not use and converters of files leave out. */
const isCounter = (tensor: string): boolean => tensor.endsWith("num_batches_tracked");

const others = ({ length }: readonly string[]): string => (length > 1 ? `, and ${length - 1} more` : "");

/** Input size, mean and std of the metadata, each of them else that of the net. */
function inputOf(metadata: Readonly<Record<string, string>>, fallback: BackboneInput): BackboneInput {
  const read = (key: "input_size" | "mean" | "std", fits: (value: number[]) => boolean): number[] | null => {
    if (metadata[key] === undefined) return null;
    const value = numbersOf(metadata[key]);
    if (value === null || !fits(value))
      throw fault("metadata", `its metadata has no usable "${key}": ${JSON.stringify(metadata[key])}`, { key });
    return value;
  };
  const size = read("input_size", (value) => value.length === 3 && value[0] === 3 && value.every(isSide));
  const mean = read("mean", (value) => value.length === 3);
  const std = read("std", (value) => value.length === 3 && value.every((deviation) => deviation > 0));
  return {
    size: size === null ? fallback.size : [size[1], size[2]],
    mean: mean ?? fallback.mean,
    std: std ?? fallback.std,
  };
}

const maxSide = 4096;
const isSide = (side: number): boolean => isWhole(side, { from: 1, below: maxSide + 1 });

/** The finite numbers of a JSON list; null where the text is something else. */
function numbersOf(text: string): number[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every(Number.isFinite) ? value : null;
  } catch {
    return null;
  }
}

function prepare(pixels: Tensor, { mean, std }: BackboneInput): Tensor {
  takes("prepare", arguments.length, 2);
  checkTensor("prepare", "pixels", pixels);
  if (pixels.ndim !== 4 || pixels.shape[1] !== mean.length)
    throw new ChainruleError("shape", "prepare", `pixels are [N, 3, H, W], not ${describe(pixels)}`);
  const perChannel = (values: readonly number[]) => tensor([...values], { shape: [values.length, 1, 1] });
  const scale = perChannel(std.map((deviation) => 1 / (255 * deviation)));
  const shift = perChannel(mean.map((value, channel) => value / std[channel]));
  return pixels.to("float32").mul(scale).sub(shift);
}
