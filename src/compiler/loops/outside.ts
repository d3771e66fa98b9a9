// Values of a loop's body, computed around the loop: those that are the same in each step, once, and those of all steps at once, stacked.
import { isView } from "../../tensor/ops.ts";
import { type Node, type NodeOf, node } from "../graph.ts";
import type { Draft, Input, Resolve } from "./draft.ts";

/** Whether a node of the body depends on nothing but what every step reads whole. */
export function invariantsOf(draft: Draft): ReadonlySet<Node> {
  const same = new Set<Node>(draft.whole.map((input) => input.node));
  for (const n of draft.needed()) {
    if (n.inputs.every((x) => same.has(x))) same.add(n);
  }
  return same;
}

/** A value that is the same in each step, as nodes of the graph around the loop, from what each step reads whole. */
export function outside(whole: readonly Input[], n: Node, resolve: Resolve, made = new Map<Node, Node>()): Node {
  const known = made.get(n);
  if (known !== undefined) return known;
  const input = whole.find((one) => one.node === n);
  const moved =
    input === undefined
      ? ({ ...n, region: null, inputs: n.inputs.map((x) => outside(whole, x, resolve, made)) } as Node)
      : resolve(input.from);
  made.set(n, moved);
  return moved;
}

/** Whether a value is one that the loop takes along dim 0, or a view of it that the whole has as well. */
export function isTakenView(draft: Draft, n: Node): boolean {
  if (n.op === "reshape" || n.op === "permute") return isTakenView(draft, n.inputs[0]);
  return draft.taken.some((input) => input.node === n);
}

/**
 * The values of all steps, stacked along dim 0, as a function of the graph around the loop. Reshapes and permutations are applied to the stack;
 * what lies below them is taken along dim 0, or becomes a stacked result.
 */
export function stacked(draft: Draft, n: Node): (resolve: Resolve) => Node {
  const { length } = draft;
  if (n.op === "reshape") {
    const inner = stacked(draft, n.inputs[0]);
    return (resolve) => node("reshape", [inner(resolve)], { shape: [length, ...n.shape] });
  }
  if (n.op === "permute") {
    const inner = stacked(draft, n.inputs[0]);
    const dims = [0, ...n.attributes.dims.map((dim) => dim + 1)];
    return (resolve) => node("permute", [inner(resolve)], { dims });
  }
  const input = draft.taken.find((one) => one.node === n);
  const source = input === undefined ? draft.stack(n) : input.from;
  return (resolve) => resolve(source);
}

/** Whether a node is a view that costs nothing inside of a loop. */
export const isViewNode = (n: Node): n is NodeOf => isView(n.op);
