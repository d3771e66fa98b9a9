// The types of the op tables, which lower each op of chainrule to StableHLO.
import type { Attributes, NodeOf, OpName } from "chainrule/compiler";
import type { Body } from "./body.ts";
import type { Type, Value } from "./types.ts";

export interface Call<N extends OpName = OpName> {
  readonly inputs: readonly Value[];
  readonly attributes: Attributes<N>;
  /** The type of the result. */
  readonly type: Type;
  /** The node, for ops that see more of the graph: whether an index was expanded, for instance. */
  readonly node: NodeOf<N>;
}

/** Writes an op, and returns the value of its result. */
export type Lowering<N extends OpName> = (call: Call<N>, body: Body) => Value;
