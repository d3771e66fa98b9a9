// The messages of an ONNX file, with the fields that chainrule writes: their names, numbers and types are those of onnx.proto (onnx/onnx
// on GitHub, Apache-2.0). The protobuf library encodes messages from this table, without generated code.

import { create, createFileRegistry, type DescMessage } from "@bufbuild/protobuf";
import {
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import { ChainruleError } from "chainrule";

type Field = readonly [number: number, type: string];

/** "many X" is a repeated field of X; a type that is no scalar is a message of this table. */
const messages = {
  ModelProto: {
    ir_version: [1, "int64"],
    producer_name: [2, "string"],
    producer_version: [3, "string"],
    graph: [7, "GraphProto"],
    opset_import: [8, "many OperatorSetIdProto"],
    metadata_props: [14, "many StringStringEntryProto"],
  },
  StringStringEntryProto: { key: [1, "string"], value: [2, "string"] },
  OperatorSetIdProto: { domain: [1, "string"], version: [2, "int64"] },
  GraphProto: {
    node: [1, "many NodeProto"],
    name: [2, "string"],
    initializer: [5, "many TensorProto"],
    input: [11, "many ValueInfoProto"],
    output: [12, "many ValueInfoProto"],
  },
  NodeProto: {
    input: [1, "many string"],
    output: [2, "many string"],
    name: [3, "string"],
    op_type: [4, "string"],
    attribute: [5, "many AttributeProto"],
  },
  AttributeProto: {
    name: [1, "string"],
    f: [2, "float"],
    i: [3, "int64"],
    s: [4, "bytes"],
    floats: [7, "many float"],
    ints: [8, "many int64"],
    type: [20, "int32"],
  },
  TensorProto: { dims: [1, "many int64"], data_type: [2, "int32"], name: [8, "string"], raw_data: [9, "bytes"] },
  ValueInfoProto: { name: [1, "string"], type: [2, "TypeProto"] },
  // onnx.proto has a oneof around tensor_type, and one around dim_value and dim_param: exactly one of their fields must be set.
  TypeProto: { tensor_type: [1, "TensorTypeProto"] },
  TensorTypeProto: { elem_type: [1, "int32"], shape: [2, "TensorShapeProto"] },
  TensorShapeProto: { dim: [1, "many DimensionProto"] },
  DimensionProto: { dim_value: [1, "int64"], dim_param: [2, "string"] },
} satisfies Record<string, Readonly<Record<string, Field>>>;

const scalars: ReadonlyMap<string, Type> = new Map([
  ["int32", Type.INT32],
  ["int64", Type.INT64],
  ["float", Type.FLOAT],
  ["string", Type.STRING],
  ["bytes", Type.BYTES],
]);

function fieldOf([name, [number, text]]: readonly [string, Field]) {
  const many = text.startsWith("many ");
  const type = many ? text.slice("many ".length) : text;
  const scalar = scalars.get(type);
  return {
    name,
    number,
    label: many ? Label.REPEATED : Label.OPTIONAL,
    ...(scalar === undefined ? { type: Type.MESSAGE, typeName: `.onnx.${type}` } : { type: scalar }),
  };
}

const file = create(FileDescriptorProtoSchema, {
  name: "onnx.proto",
  package: "onnx",
  syntax: "proto2",
  messageType: Object.entries(messages).map(([name, fields]) => ({
    name,
    field: Object.entries(fields as Readonly<Record<string, Field>>).map(fieldOf),
  })),
});
const registry = createFileRegistry(file, () => undefined);

function messageOf(name: keyof typeof messages): DescMessage {
  const found = registry.getMessage(`onnx.${name}`);
  if (found === undefined) throw new ChainruleError("internal", "internal", `no message ${name} in the schema`);
  return found;
}

export const modelProto = messageOf("ModelProto");
