// Movement ops move below elementwise ops, V(E(a, b)) = E(V(a), V(b)), so that elementwise ops become neighbours and views are taken of
// buffers. Only where V is E's only reader, since E would be computed twice otherwise.
import { elementwise } from "../../tensor/ops/elementwise.ts";
import type { Node } from "../graph.ts";
import { attributesOf, isElementwise, type Rewriter, type Rules } from "./rule.ts";

/** Whether a node converts from or to float64. Such ops run one number at a time, so they are not worth computing twice. */
const crossesFloat64 = (n: Node): boolean =>
  n.inputs.some(({ dtype }) => (dtype === "float64") !== (n.dtype === "float64"));

const isCheap = (n: Node): boolean => isElementwise(n.op) && elementwise[n.op].cost === "simple" && !crossesFloat64(n);

/** A movement below the elementwise op that it reads; null if that op has other readers. */
function moveBelow(n: Node, rewriter: Rewriter): Node | null {
  const [below] = n.inputs;
  if (!isElementwise(below.op) || !rewriter.isReadOnce(below)) return null;
  return rewriter.remake(
    below,
    below.inputs.map((x) => rewriter.remake(n, [x])),
  );
}

export const sinking: Rules = {
  "a movement moves below an elementwise op": {
    ops: ["reshape", "permute", "slice", "flip"],
    apply: moveBelow,
  },
  "an unfold of overlapping windows moves below a cheap op": {
    ops: ["unfold"],
    apply(n, rewriter) {
      const { size, step } = attributesOf(n, "unfold");
      return step >= size || isCheap(n.inputs[0]) ? moveBelow(n, rewriter) : null;
    },
  },
  "an expand moves below a cheap op": {
    ops: ["expand"],
    apply: (n, rewriter) => (isCheap(n.inputs[0]) ? moveBelow(n, rewriter) : null),
  },
};
