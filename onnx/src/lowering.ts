// What the tables of ops are made of: how one op of chainrule is said in ONNX.
import { ChainruleError } from "chainrule";
import type { Attributes, DType, OpName } from "chainrule/compiler";
import { isFixed, type Size } from "./size.ts";
import { describeNode, type Sized, type SymbolicNode } from "./symbolic.ts";
import type { Value, Writer } from "./writer.ts";

export interface Call<N extends OpName = OpName> {
  readonly node: SymbolicNode;
  /** The operands; each may be smaller than its node where it broadcasts to it. */
  readonly inputs: readonly Value[];
  readonly attributes: Sized<Attributes<N>>;
  readonly shape: readonly Size[];
  readonly dtype: DType;
  /** An operand in its full shape. */
  whole(position: number): Value;
}

export type Lowering<N extends OpName> = (call: Call<N>, writer: Writer) => Value;

/** The dtypes that ONNX Runtime computes an op in, for those that it has no kernel for. */
export type Carriers = Partial<Record<DType, DType>>;

/** Small integers and bools go through int32: sums of them wrap around when they are cast back, as they should. */
export const small: Carriers = { uint8: "int32", bool: "int32" };
/** float64 where there are only float32 kernels: the result has float32's precision. */
export const single: Carriers = { float64: "float32" };

/** Of what an op computes; int64 is for ONNX's own counting. */
export function dtypeOf({ name, type }: Value): DType {
  if (type === "int64")
    throw new ChainruleError("internal", "internal", `${name} counts in int64 where a tensor belongs`);
  return type;
}

/** The operands in a dtype that there is a kernel for; the result, where it is of that dtype, back in their own. */
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

/** A number that ONNX wants to know when the file is written. */
export function fixed({ node }: { readonly node: SymbolicNode }, size: Size): number {
  if (isFixed(size)) return size;
  throw new ChainruleError(
    "option",
    "toOnnx",
    `${describeNode(node)} needs to know the size of the batch, which ONNX cannot tell it; pass { batch: null } for a file of one batch size`,
  );
}

export const allFixed = (call: { readonly node: SymbolicNode }, sizes: readonly Size[]): number[] =>
  sizes.map((n) => fixed(call, n));
