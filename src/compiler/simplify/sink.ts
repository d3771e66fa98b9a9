// Movement ops move below elementwise ops, V(E(a, b)) = E(V(a), V(b)), so that elementwise ops become neighbours and views are taken of
// buffers. Only where V is E's only reader, since E would be computed twice otherwise.
import { elementwise } from "../../tensor/ops/elementwise.ts";
import { type ViewName, viewOf } from "../../tensor/ops.ts";
import { isElementwiseNode, type Node, type NodeOf } from "../graph.ts";
import { type Rewriter, rules, viewNames } from "./rule.ts";

type Movement = NodeOf<ViewName>;

/** Whether a node converts from or to float64. Such ops run one number at a time, so they are not worth computing twice. */
const crossesFloat64 = (n: Node): boolean =>
  n.inputs.some(({ dtype }) => (dtype === "float64") !== (n.dtype === "float64"));

const isCheap = (n: Node): boolean => isElementwiseNode(n) && elementwise[n.op].cost === "simple" && !crossesFloat64(n);

/** A movement below the elementwise op that it reads; null if that op has other readers. */
function moveBelow(n: Movement, rewriter: Rewriter): Node | null {
  const [below] = n.inputs;
  if (!isElementwiseNode(below) || !rewriter.isReadOnce(below)) return null;
  return rewriter.remake(
    below,
    below.inputs.map((x) => rewriter.remake(n, [x])),
  );
}

/** Whether the movement may read an element several times, so that an op above it computes more than one below. */
const repeats = ({ op, attributes }: Movement): boolean => viewOf(op).repeats(attributes);

export const sinking = rules({
  "a movement moves below an elementwise op, if it repeats no element or the op is cheap": {
    ops: viewNames,
    apply: (n, rewriter) => (repeats(n) && !isCheap(n.inputs[0]) ? null : moveBelow(n, rewriter)),
  },
});
