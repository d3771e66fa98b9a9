// What does not need the carry leaves the loop. A value that is the same in each step is computed once, before the loop. The product of an
// element of xs with a matrix that is the same in each step becomes one product of all elements, which has more rows, and so is faster:
//
//   x [M, K] · w [K, N] of each step     ->   xs [T·M, K] · w [K, N], taken along dim 0
import { type Node, node } from "../graph.ts";
import { isScan } from "./body.ts";
import type { Draft, Input, Resolve, Source } from "./draft.ts";
import { invariantsOf, isTakenView, isViewNode, outside, stacked } from "./outside.ts";

/** A value that is computed before the loop, when the graph around it is made. */
export type Before = (resolve: Resolve) => Node;

/** Moves values out of the loop; returns how the new inputs are computed. */
export function hoist(draft: Draft): ReadonlyMap<Source, Before> {
  const before = new Map<Source, Before>();
  const same = invariantsOf(draft);
  const given = draft.whole;
  const order = draft.needed();
  const isWorth = (n: Node) => !isViewNode(n) && n.inputs.length > 0 && same.has(n) && !isScan(n);
  const ends = new Set<Node>([...draft.results, ...draft.carries.map(({ after }) => after)]);
  const readOutside = order.filter(
    (n) => isWorth(n) && (ends.has(n) || order.some((reader) => !isWorth(reader) && reader.inputs.includes(n))),
  );
  const whole = readOutside.map((n) => placeholder(n, n, before, (resolve) => outside(given, n, resolve)));
  const products = order.filter((n) => isProductOfElement(draft, n, same));
  const taken = products.map((n) => {
    const [x, w] = n.inputs;
    const all = stacked(draft, x);
    const [rows, columns] = n.shape;
    const size = draft.length * rows;
    const made = (resolve: Resolve): Node => {
      const flat = node("reshape", [all(resolve)], { shape: [size, x.shape[1]] });
      const product = node("matmul", [flat, outside(given, w, resolve)], {});
      return node("reshape", [product], { shape: [draft.length, rows, columns] });
    };
    return placeholder(n, { ...n, shape: [draft.length, ...n.shape] }, before, made);
  });
  draft.whole = [...draft.whole, ...whole];
  draft.taken = [...draft.taken, ...taken];
  return before;
}

/** An input in place of a node of the body, whose source is known only when the graph around the loop is made. */
function placeholder(n: Node, like: Node, before: Map<Source, Before>, made: Before): Input {
  const from: Source = { ...like };
  before.set(from, made);
  return { node: n, from };
}

/** Whether a node is the product of an element that the loop takes, or of a view of it, with a matrix that is the same in each step. */
function isProductOfElement(draft: Draft, n: Node, same: ReadonlySet<Node>): boolean {
  if (n.op !== "matmul" || n.shape.length !== 2 || same.has(n)) return false;
  const [x, w] = n.inputs;
  return isTakenView(draft, x) && same.has(w);
}
