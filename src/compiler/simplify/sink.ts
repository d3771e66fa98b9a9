// Movement sinks below elementwise operations, V(E(a, b)) = E(V(a), V(b)), so that these stand next to each other and views
// reach the buffers that they read. Only where nothing else reads E: it would be computed twice.
import type { Node } from "../graph.ts";
import type { ElementwiseName } from "../kernel.ts";
import { attributesOf, isElementwise, type Rules, type Workshop } from "./rule.ts";

/** What it costs to compute an element several times: as little as to load it, or more. */
const cost = {
  neg: "little",
  abs: "little",
  sign: "little",
  floor: "little",
  round: "little",
  exp: "more",
  expm1: "more",
  log: "more",
  log1p: "more",
  sqrt: "more",
  sin: "more",
  cos: "more",
  erf: "more",
  tanh: "more",
  sigmoid: "more",
  add: "little",
  sub: "little",
  mul: "little",
  div: "more",
  pow: "more",
  maximum: "little",
  minimum: "little",
  eq: "little",
  lt: "little",
  le: "little",
  where: "little",
  cast: "little",
} satisfies Record<ElementwiseName, "little" | "more">;

/** float64 runs one number at a time: what leaves or enters it is computed once. */
const crossesFloat64 = (n: Node): boolean =>
  n.inputs.some(({ dtype }) => (dtype === "float64") !== (n.dtype === "float64"));

const isCheap = (n: Node): boolean => isElementwise(n.op) && cost[n.op] === "little" && !crossesFloat64(n);

function sunk(n: Node, workshop: Workshop): Node | null {
  const [below] = n.inputs;
  if (!isElementwise(below.op) || !workshop.isReadOnce(below)) return null;
  return workshop.remake(
    below,
    below.inputs.map((x) => workshop.remake(n, [x])),
  );
}

export const sinking: Rules = {
  "elements move before they are computed": {
    ops: ["reshape", "permute", "slice", "flip"],
    apply: sunk,
  },
  "windows that overlap move before what costs little": {
    ops: ["unfold"],
    apply(n, workshop) {
      const { size, step } = attributesOf(n, "unfold");
      return step >= size || isCheap(n.inputs[0]) ? sunk(n, workshop) : null;
    },
  },
  "what costs little is computed for each copy": {
    ops: ["expand"],
    apply: (n, workshop) => (isCheap(n.inputs[0]) ? sunk(n, workshop) : null),
  },
};
