// Reads the parts of an ONNX file that the tests look at.
import { fromBinary } from "@bufbuild/protobuf";
import { modelProto } from "../src/protobuf/schema.ts";

export interface ReadNode {
  readonly opType: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
}
export interface ReadPort {
  readonly name: string;
  readonly type: {
    readonly tensorType: { readonly elemType: number; readonly shape: { readonly dim: readonly ReadDim[] } };
  };
}
interface ReadDim {
  readonly dimValue: bigint;
  readonly dimParam: string;
}
export interface ReadModel {
  readonly irVersion: bigint;
  readonly metadataProps: readonly { readonly key: string; readonly value: string }[];
  readonly opsetImport: readonly { readonly version: bigint }[];
  readonly graph: {
    readonly node: readonly ReadNode[];
    readonly initializer: readonly { readonly name: string; readonly dims: readonly bigint[] }[];
    readonly input: readonly ReadPort[];
    readonly output: readonly ReadPort[];
  };
}

export const read = (file: Uint8Array): ReadModel => fromBinary(modelProto, file) as unknown as ReadModel;

/** The distinct op types of its nodes, in alphabetical order. */
export const opTypesOf = (file: Uint8Array): string =>
  [...new Set(read(file).graph.node.map(({ opType }) => opType))].sort().join(" ");

/** The dims of an input or output: "batch,3". */
export const dimsOf = ({ type }: ReadPort): string =>
  type.tensorType.shape.dim.map(({ dimValue, dimParam }) => dimParam || String(dimValue)).join(",");
