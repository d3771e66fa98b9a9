// ONNX graph -> the bytes of an ONNX file.

import { create, toBinary } from "@bufbuild/protobuf";
import type { TypedArray } from "chainrule";
import { ChainruleError } from "chainrule";
import { dataType, type ElementType } from "../element-type.ts";
import { isFixed, nameOf, type Size } from "../size.ts";
import { modelProto } from "./schema.ts";

/** The value of an attribute: a number is written as an int, { float } as a float, a string as UTF-8 bytes. */
export type Attribute = number | string | readonly number[] | { readonly float: number };

export interface OnnxNode {
  readonly opType: string;
  /** Names of values; "" leaves an input out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface Initializer {
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: ElementType;
  readonly data: TypedArray | BigInt64Array;
}

/** An input or an output of the file. */
export interface Port {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly Size[];
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly Initializer[];
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

/** 21 is the first opset with a GroupNormalization that scales each channel (ONNX 1.16, March 2024, whose IR version is 10). */
const opset = 21;
const irVersion = 10;

/** The largest size of the weights in a file, in bytes: a protobuf message holds 2 GiB, of which 16 MiB are left for the nodes. */
const maxWeightBytes = 2 ** 31 - 2 ** 24;

/** `batch` is the name of the batch size in the dims that depend on it. */
export function encode(
  graph: OnnxGraph,
  { batch, metadata }: { readonly batch: string; readonly metadata: Readonly<Record<string, string>> },
): Uint8Array {
  const bytes = graph.initializers.reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes > maxWeightBytes)
    throw new ChainruleError(
      "memory",
      "toOnnx",
      `weights of ${bytes} bytes do not fit into one ONNX file, which holds at most 2 GiB`,
    );
  const model = create(modelProto, {
    irVersion: BigInt(irVersion),
    producerName: "chainrule",
    opsetImport: [{ domain: "", version: BigInt(opset) }],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: "model",
      node: graph.nodes.map(nodeProto),
      initializer: graph.initializers.map(tensorProto),
      input: graph.inputs.map((port) => portProto(port, batch)),
      output: graph.outputs.map((port) => portProto(port, batch)),
    },
  });
  return toBinary(modelProto, model);
}

const nodeProto = ({ opType, inputs, outputs, attributes }: OnnxNode) => ({
  opType,
  input: [...inputs],
  output: [...outputs],
  name: outputs.find((output) => output !== "") ?? "",
  attribute: Object.entries(attributes).map(([name, value]) => ({ name, ...attributeProto(value) })),
});

/** AttributeProto.AttributeType: FLOAT 1, INT 2, STRING 3, INTS 7. */
function attributeProto(value: Attribute) {
  if (typeof value === "number") return { type: 2, i: BigInt(value) };
  if (typeof value === "string") return { type: 3, s: new TextEncoder().encode(value) };
  if ("float" in value) return { type: 1, f: value.float };
  return { type: 7, ints: value.map(BigInt) };
}

/** raw_data is little-endian, and so are all processors that JavaScript engines run on. */
const tensorProto = ({ name, dims, type, data }: Initializer) => ({
  name,
  dims: dims.map(BigInt),
  dataType: dataType[type],
  rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
});

const portProto = ({ name, type, shape }: Port, batch: string) => ({
  name,
  type: {
    tensorType: {
      elemType: dataType[type],
      shape: { dim: shape.map((n) => (isFixed(n) ? { dimValue: BigInt(n) } : { dimParam: nameOf(n, batch) })) },
    },
  },
});
