// The types and helpers of the op tables, which lower each chainrule op to ONNX nodes.
import { ChainruleError } from "chainrule";
import type { Attributes, DType, OpName } from "chainrule/compiler";
import { isFixed, type Size } from "./size.ts";
import { describeNode, type Sized, type SymbolicNode } from "./symbolic.ts";
import type { Value, Writer } from "./writer.ts";

export interface Call<N extends OpName = OpName> {
  readonly node: SymbolicNode;
  /** The operands; the shape of each broadcasts to that of its node. */
  readonly inputs: readonly Value[];
  readonly attributes: Sized<Attributes<N>>;
  readonly shape: readonly Size[];
  readonly dtype: DType;
  /** The operand at a position, expanded to its node's shape. */
  whole(position: number): Value;
}

export type Lowering<N extends OpName> = (call: Call<N>, writer: Writer) => Value;

/** For dtypes for which ONNX Runtime has no kernel of an op: the dtype in which it is computed instead. */
export type Carriers = Partial<Record<DType, DType>>;

/** uint8 and bool are computed in int32; casting back wraps results around, as chainrule defines. */
export const viaInt32: Carriers = { uint8: "int32", bool: "int32" };
/** float64 is computed in float32, where there are only float32 kernels; the result has float32's precision. */
export const viaFloat32: Carriers = { float64: "float32" };

/** The dtype of a value that stands for a tensor. Throws for int64, which only shapes and indices have. */
export function dtypeOf({ name, type }: Value): DType {
  if (type === "int64")
    throw new ChainruleError("internal", "internal", `${name} is int64, which no tensor of chainrule is`);
  return type;
}

/** Casts operands to a dtype that ONNX Runtime has a kernel for, and a result of that dtype back to the operands' own dtype. */
export function carried(
  writer: Writer,
  inputs: readonly Value[],
  via: Carriers,
  compute: (inputs: readonly Value[], type: DType) => Value,
): Value {
  const own = dtypeOf(inputs[0]);
  const carrier = via[own] ?? own;
  const result = compute(
    inputs.map((x) => writer.cast(x, carrier)),
    carrier,
  );
  return result.type === carrier ? writer.cast(result, own) : result;
}

/** A size that ONNX needs as a constant in the file. Throws where it depends on the batch. */
export function fixed({ node }: { readonly node: SymbolicNode }, size: Size): number {
  if (isFixed(size)) return size;
  throw new ChainruleError(
    "option",
    "toOnnx",
    `${describeNode(node)} needs the size of the batch as a constant, which a file for any batch size does not have; pass { batch: null } for a file of one batch size`,
  );
}

export const allFixed = (call: { readonly node: SymbolicNode }, sizes: readonly Size[]): number[] =>
  sizes.map((n) => fixed(call, n));
