// What a backward loop would compute again is kept by the forward loop. A backward loop takes the carries before each forward step, and what
// the forward loop takes, and so it computes the forward step's values again; they are the same values at the same place along dim 0. Those
// that take time, products and functions, become stacked results of the forward loop. Cheap ones are computed again, from what is there:
//
//   forward   %5 = tanh %4         backward   %7 = tanh %6, computed again         ->   forward returns %5 as well,
//                                             %8 = mul %7, %7                           backward takes it in place of %7
//
// A step that is wrapped in checkpoint() computes its values again from barriers, which the forward loop does not have, so that nothing is kept
// but the carries: time in place of memory.
import { elementwise } from "../../tensor/ops/elementwise.ts";
import { isElementwise, isPlacement, isSource, isView } from "../../tensor/ops.ts";
import { printAttribute } from "../attribute-text.ts";
import { isInput, type Node, type NodeOf } from "../graph.ts";
import { isScan } from "./body.ts";
import { type Draft, type Input, isNode } from "./draft.ts";

/** Lets the drafts of backward loops take what forward loops have computed; drafts stand after those whose results they take. */
export function keep(drafts: readonly Draft[]): void {
  const draftOf = new Map<Node, Draft>();
  for (const draft of drafts) {
    const before = new Set(draft.taken.flatMap(({ from }) => (isNode(from) ? (draftOf.get(from) ?? []) : [])));
    for (const forward of before) if (forward.length === draft.length) keepFrom(forward, draft);
    for (const node of draft.nodes) draftOf.set(node, draft);
  }
}

function keepFrom(forward: Draft, backward: Draft): void {
  const twins = twinsOf(forward, backward);
  const order = backward.needed();
  const isTwin = (n: Node) => twins.has(n) && !backward.isInput(n);
  const wanted = new Set<Node>();
  for (const n of order) if (!isTwin(n)) for (const x of n.inputs) if (isTwin(x)) wanted.add(x);
  for (const { after } of backward.carries) if (isTwin(after)) wanted.add(after);
  for (const result of backward.results) if (isTwin(result)) wanted.add(result);
  // What a cheap value is computed from, is wanted as well.
  for (const n of order.toReversed())
    if (wanted.has(n) && isFree(n)) for (const x of n.inputs) if (isTwin(x)) wanted.add(x);
  const known = new Set<Node>();
  const isKnown = (n: Node) => known.has(n) || backward.isInput(n);
  const kept: Input[] = [];
  for (const n of order) {
    if (!isTwin(n)) continue;
    const isAtHand = n.inputs.every(isKnown) && isCheap(n);
    if (isAtHand) known.add(n);
    else if (wanted.has(n) && !isFree(n)) {
      known.add(n);
      const twin = twins.get(n);
      if (twin !== undefined) kept.push({ node: n, from: forward.stack(twin) });
    }
  }
  backward.taken = [...backward.taken, ...kept];
}

/** For nodes of the backward body, the nodes of the forward body that have the same value at the same place along dim 0. */
function twinsOf(forward: Draft, backward: Draft): Map<Node, Node> {
  const twins = new Map<Node, Node>();
  for (const { node, from } of backward.taken) {
    const result = isNode(from) && isScan(from) && forward.nodes.includes(from) ? forward.resultOf(from) : null;
    const twin = result ?? forward.taken.find((other) => other.from === from)?.node;
    if (twin) twins.set(node, twin);
  }
  for (const { node, from } of backward.whole) {
    const twin = forward.whole.find((other) => other.from === from)?.node;
    if (twin) twins.set(node, twin);
  }
  const keyed = new Map<string, Node>();
  const ids = new Map<Node, number>();
  const key = ({ op, attributes }: NodeOf, inputs: readonly Node[]) =>
    `${op} ${printAttribute(attributes)} ${inputs.map((x) => idOf(x, ids)).join(" ")}`;
  for (const n of forward.needed()) if (!isInput(n)) keyed.set(key(n, n.inputs), n);
  for (const n of backward.needed()) {
    if (isInput(n)) continue;
    const inputs = n.inputs.flatMap((x) => twins.get(x) ?? []);
    if (inputs.length < n.inputs.length) continue;
    const twin = keyed.get(key(n, inputs));
    if (twin !== undefined) twins.set(n, twin);
  }
  return twins;
}

function idOf(n: Node, ids: Map<Node, number>): number {
  const id = ids.get(n) ?? ids.size;
  ids.set(n, id);
  return id;
}

/** Whether a value takes no time of its own: it is read through an index, or is a constant. */
const isFree = ({ op }: Node): boolean => isView(op) || op === "full" || op === "iota";

/** Whether computing a value again takes no longer than reading it from memory. */
const isCheap = (n: Node): boolean =>
  isFree(n) ||
  isPlacement(n.op) ||
  (isElementwise(n.op) && elementwise[n.op].cost === "simple") ||
  (isSource(n.op) && n.op !== "randomBits");
