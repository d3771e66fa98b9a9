// Model files in the page: those of the command line, byte for byte the same format (cli/src/model-file.ts says what is in them), read and
// written without a file system. What is wrong with one is said in words for somebody who has just dropped it.
import type { Sequential, Tensor } from "chainrule";
import { type Framing, framings } from "chainrule/data";
import { readSafetensors, writeSafetensors } from "chainrule/io";
import { build, checkLayers, type Layer } from "../../../cli/src/networks.ts";
import { Trouble } from "./trouble.ts";

/** What has to be known to use a net. */
export interface Description {
  readonly architecture: readonly Layer[];
  readonly input: readonly [channels: number, height: number, width: number];
  readonly classes: readonly string[];
  readonly normalisation: { readonly mean: number[]; readonly std: number[] };
  readonly framing: Framing;
  readonly seed: number;
}

const format = "chainrule-model-1";
const mostPixels = 2 ** 24;

export function writeModel(description: Description, net: Sequential): Uint8Array<ArrayBuffer> {
  const metadata = Object.entries({ format, ...description }).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return Uint8Array.from(writeSafetensors(net.stateDict(), Object.fromEntries(metadata)));
}

/** Throws Trouble where the bytes are no model. */
export function readModel(name: string, bytes: Uint8Array): { description: Description; net: Sequential } {
  const { tensors, metadata } = parse(name, bytes);
  if (metadata.format !== format)
    throw new Trouble(
      `${name} holds tensors, but is no chainrule model; take one that was saved here or by chainrule train.`,
    );
  const description = describe(name, metadata);
  const { architecture, input, classes } = description;
  const problem = checkLayers(architecture, { input, classes: classes.length, tensors });
  if (problem !== null) throw new Trouble(`${name} does not hold together: ${problem}.`);
  const net = build(architecture);
  const own = net.stateDict();
  const weights = [...tensors].filter(([key]) => own.has(key));
  const wrong = weights.find(([key, { dtype }]) => dtype !== own.get(key)?.dtype);
  if (wrong !== undefined)
    throw new Trouble(`${name}: its tensor "${wrong[0]}" is ${wrong[1].dtype}, not ${own.get(wrong[0])?.dtype}.`);
  net.loadStateDict(new Map(weights));
  return { description, net };
}

function parse(name: string, bytes: Uint8Array): { tensors: Map<string, Tensor>; metadata: Record<string, string> } {
  try {
    return readSafetensors(bytes);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith("readSafetensors: ")) throw error;
    const reason = error.message.slice("readSafetensors: ".length);
    throw new Trouble(`${name} is no model file, or a damaged one: ${reason}.`, { cause: error });
  }
}

function describe(name: string, metadata: Record<string, string>): Description {
  const read = <T>(key: string, fits: (value: unknown) => value is T): T => {
    const value = key === "framing" ? metadata[key] : json(metadata[key]);
    if (!fits(value)) throw new Trouble(`${name} does not say its "${key}" in a way that can be used.`);
    return value;
  };
  const input = read("input", isInput);
  return {
    architecture: read("architecture", isArchitecture),
    input,
    classes: read("classes", isNames),
    normalisation: read("normalisation", (value) => isNormalisation(value, input[0])),
    framing: read("framing", (value): value is Framing => framings.some((framing) => framing === value)),
    seed: read("seed", (value): value is number => Number.isSafeInteger(value) && Number(value) >= 0),
  };
}

function json(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isNumbers = (value: unknown): value is number[] => Array.isArray(value) && value.every(Number.isFinite);

function isInput(value: unknown): value is [number, number, number] {
  if (!isNumbers(value) || value.length !== 3) return false;
  const sizes = value.every((size) => Number.isSafeInteger(size) && size > 0);
  return sizes && (value[0] === 1 || value[0] === 3) && value[0] * value[1] * value[2] <= mostPixels;
}

const isArchitecture = (value: unknown): value is Layer[] =>
  Array.isArray(value) &&
  value.every((layer) => Array.isArray(layer) && typeof layer[0] === "string" && isNumbers(layer.slice(1)));

const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === "string");

function isNormalisation(value: unknown, channels: number): value is { mean: number[]; std: number[] } {
  if (typeof value !== "object" || value === null) return false;
  const { mean, std } = value as { readonly mean?: unknown; readonly std?: unknown };
  const both = isNumbers(mean) && isNumbers(std) && mean.length === channels && std.length === channels;
  return both && std.every((deviation) => deviation > 0);
}
