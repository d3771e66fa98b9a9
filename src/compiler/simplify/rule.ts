// What a rule of simplification is: it looks at one node, whose inputs are simple already, and says what may stand in its
// place. A rule never changes a result: it holds for NaN, infinities, -0 and every dtype, to the bit.
import type { DType } from "../../tensor/dtype.ts";
import { elementwise } from "../../tensor/ops/elementwise.ts";
import type { Attributes, OpName } from "../../tensor/ops.ts";
import { type Shape, sameShape } from "../../tensor/shape.ts";
import type { Node } from "../graph.ts";
import type { ElementwiseName } from "../kernel.ts";

/** What rules build with, and what they may know of the whole graph. */
export interface Workshop {
  /** A node, simplified at once, in the region of the one that it replaces. Of two equal nodes there is one. */
  make<N extends OpName>(op: N, inputs: readonly Node[], attributes: Attributes<N>, like: Node): Node;
  /** The node with other inputs. */
  remake(n: Node, inputs: readonly Node[]): Node;
  /** Whether one node, result or update at most reads this one; may say no too often. */
  isReadOnce(n: Node): boolean;
  /** Whether some gather reads as well at these places: it throws if one is outside of 0 to size - 1. */
  isGathered(index: Node, dim: number, size: number): boolean;
}

export interface Rule {
  readonly ops: readonly OpName[];
  /** What takes the node's place: made by the workshop or found below the node; null where the rule has nothing to say. */
  apply(n: Node, workshop: Workshop): Node | null;
}

/** By what they claim, in words. */
export type Rules = Readonly<Record<string, Rule>>;

export const isElementwise = (op: Node["op"]): op is ElementwiseName => Object.hasOwn(elementwise, op);

export const elementwiseNames = Object.keys(elementwise) as readonly ElementwiseName[];

/** The attributes of a node whose op is known. */
export const attributesOf = <N extends OpName>(n: Node, _op: N): Attributes<N> => n.attributes as Attributes<N>;

/** The number that a node is full of, null where it is not. */
export const constantOf = (n: Node): number | null => (n.op === "full" ? attributesOf(n, "full").value : null);

/** Whether a node is full of this number; 0 and -0 are two. */
export const isFull = (n: Node, value: number): boolean => Object.is(constantOf(n), value);

/** Full of one number, with the type of another node. */
export function filled(like: Node, value: number, workshop: Workshop, dtype: DType = like.dtype): Node {
  return workshop.make("full", [], { shape: like.shape, dtype, value }, like);
}

export const reshaped = (x: Node, shape: Shape, workshop: Workshop, like: Node = x): Node =>
  sameShape(x.shape, shape) ? x : workshop.make("reshape", [x], { shape }, like);

export const expanded = (x: Node, shape: Shape, workshop: Workshop, like: Node = x): Node =>
  sameShape(x.shape, shape) ? x : workshop.make("expand", [x], { shape }, like);
