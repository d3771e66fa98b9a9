// A sum over the steps of products becomes one product. The gradient of a recurrent weight is such a sum: dw = Σ hᵀ · dz over the steps,
// where h and dz have few rows, and each product reads and writes all of dw. With the rows of all steps below each other it is one product,
// with sums that are as many times longer:
//
//   a [M, K], b [K, N] of each step      ->   a [M, T·K], b [T·K, N]
//
// Sums of what is stacked anyway, such as the gradient of a bias, leave the loop in the same way.
import { type Node, type NodeOf, node } from "../graph.ts";
import type { Carry, Draft, Resolve } from "./draft.ts";
import { invariantsOf, isTakenView, stacked } from "./outside.ts";

type Made = (resolve: Resolve) => Node;

/**
 * A counter's end follows from its start: after T steps that each add c, it is T · c larger, as integers wrap around. So the generator's counter
 * does not depend on a loop that draws numbers.
 */
export function endCounters(draft: Draft): void {
  for (const carry of draft.finals) {
    const { before, after, from } = carry;
    if (after.op !== "add" || after.dtype !== "int32") continue;
    const [a, b] = after.inputs;
    const step = a === before ? b : b === before ? a : null;
    if (step?.op !== "full") continue;
    const value = Math.imul(step.attributes.value, draft.length);
    draft.endsWith(carry, (resolve) => {
      const added = node("full", [], { ...step.attributes, value });
      return node("add", [resolve(from), added], {});
    });
  }
}

/** Takes such sums out of a loop; whether there were any. */
export function sumProducts(draft: Draft): boolean {
  let isChanged = false;
  for (const carry of draft.finals) {
    const term = termOf(draft, carry);
    if (term === null) continue;
    const total = totalOf(draft, term, invariantsOf(draft));
    if (total === null) continue;
    draft.endsWith(carry, (resolve) => node("add", [resolve(carry.from), total(resolve)], {}));
    isChanged = true;
  }
  return isChanged;
}

/** What each step adds to a carry of which only the contents after the loop are read; null for another carry. */
function termOf(draft: Draft, { before, after }: Carry): Node | null {
  if (after.op !== "add" || !after.inputs.includes(before) || after.inputs[0] === after.inputs[1]) return null;
  const readers = draft.needed().filter(({ inputs }) => inputs.includes(before));
  const isReadOnce = readers.length === 1 && readers[0] === after;
  const isReadAfter = draft.needed().some(({ inputs }) => inputs.includes(after));
  const isResult = draft.results.some((result) => result === before || result === after);
  const isCarried = draft.carries.some(
    (other) => other.before !== before && (other.after === after || other.after === before),
  );
  if (!isReadOnce || isReadAfter || isResult || isCarried) return null;
  return after.inputs[0] === before ? after.inputs[1] : after.inputs[0];
}

/** The sum of a term over all steps, computed after the loop; null if it is no product, or no sum of what is stacked. */
function totalOf(draft: Draft, term: Node, same: ReadonlySet<Node>): Made | null {
  switch (term.op) {
    case "reshape":
    case "permute": {
      const inner = totalOf(draft, term.inputs[0], same);
      return inner && ((resolve) => ({ ...term, region: null, inputs: [inner(resolve)] }) as Node);
    }
    case "matmul":
      return term.inputs.some((x) => same.has(x)) ? null : product(draft, term);
    case "sum": {
      const [x] = term.inputs;
      if (!isTakenView(draft, x) && !draft.results.includes(x)) return null;
      const all = stacked(draft, x);
      const dims = [0, ...term.attributes.dims.map((dim) => dim + 1)];
      return (resolve) => node("reshape", [node("sum", [all(resolve)], { dims })], { shape: term.shape });
    }
    default:
      return null;
  }
}

function product(draft: Draft, { inputs: [a, b], shape }: NodeOf<"matmul">): Made {
  const front = shape.slice(0, -2);
  const rank = front.length;
  const [rows, columns] = shape.slice(-2);
  const terms = draft.length * a.shape[rank + 1];
  const [left, right] = [stacked(draft, a), stacked(draft, b)];
  // Dim 0 of the stacks is that of the steps; it goes before the dim that is summed.
  const batch = front.map((_, dim) => dim + 1);
  return (resolve) => {
    const ofA = node("permute", [left(resolve)], { dims: [...batch, rank + 1, 0, rank + 2] });
    const ofB = node("permute", [right(resolve)], { dims: [...batch, 0, rank + 1, rank + 2] });
    return node(
      "matmul",
      [
        node("reshape", [ofA], { shape: [...front, rows, terms] }),
        node("reshape", [ofB], { shape: [...front, terms, columns] }),
      ],
      {},
    );
  };
}
