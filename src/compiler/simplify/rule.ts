// The type of a rewrite rule: a function of one node, whose inputs are simplified already, to a node that replaces it. A rule never
// changes a result: it holds to the bit for NaN, infinities, -0 and every dtype.
import type { DType } from "../../tensor/dtype.ts";
import { elementwise } from "../../tensor/ops/elementwise.ts";
import { views } from "../../tensor/ops/movement.ts";
import { type Attributes, namesOf, type OpName } from "../../tensor/ops.ts";
import { type Shape, sameShape } from "../../tensor/shape.ts";
import type { Node, NodeOf } from "../graph.ts";

/** Makes nodes for rules, and answers the questions that they may ask about the whole graph. */
export interface Rewriter {
  /** Makes a node, or returns an equal one, and simplifies it at once. It takes region and user line from `like`. */
  make<N extends OpName>(op: N, inputs: readonly Node[], attributes: Attributes<N>, like: Node): Node;
  /** The node with other inputs. */
  remake(n: NodeOf, inputs: readonly Node[]): Node;
  /** Whether at most one node, result or update reads this node. It may be false by mistake, never true by mistake. */
  isReadOnce(n: Node): boolean;
  /** Whether the graph has a gather with this index, dim and size, which reports an index outside of 0 to size - 1. */
  isGathered(index: Node, dim: number, size: number): boolean;
}

export interface Rule<N extends OpName = OpName> {
  readonly ops: readonly N[];
  /** The node's replacement, made by the rewriter or found among the nodes below; null where the rule does not apply. */
  apply(n: NodeOf<N>, rewriter: Rewriter): Node | null;
}

/** Rules, each by a sentence that says what it does. */
export type Rules = Readonly<Record<string, Rule>>;

/** A table of rules, in which each rule is given nodes of its ops, with their attributes. */
export const rules = <T extends Readonly<Record<string, OpName>>>(
  table: {
    readonly [Name in keyof T]: Rule<T[Name]>;
  },
): Rules => table;

export const elementwiseNames = namesOf(elementwise);

export const viewNames = namesOf(views);

/** The ops of two operands that may change places. */
export const commutingNames = elementwiseNames.filter((name) => elementwise[name].commutes);

/** The value of a constant node; null for other nodes. */
export const constantOf = (n: Node): number | null => (n.op === "full" ? n.attributes.value : null);

/** Whether a node is the constant of this value; 0 and -0 differ. */
export const isFull = (n: Node, value: number): boolean => Object.is(constantOf(n), value);

/** A constant with the shape of another node. */
export function filled(like: Node, value: number, rewriter: Rewriter, dtype: DType = like.dtype): Node {
  return rewriter.make("full", [], { shape: like.shape, dtype, value }, like);
}

export const reshaped = (x: Node, shape: Shape, rewriter: Rewriter, like: Node = x): Node =>
  sameShape(x.shape, shape) ? x : rewriter.make("reshape", [x], { shape }, like);

export const expanded = (x: Node, shape: Shape, rewriter: Rewriter, like: Node = x): Node =>
  sameShape(x.shape, shape) ? x : rewriter.make("expand", [x], { shape }, like);
