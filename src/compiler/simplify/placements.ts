// Rules for arrays that are put into places of larger ones. The gradient of slices, such as those of the queries, keys and values of
// attention, is a sum of arrays that are zeros but for the place of one slice.
import type { Node, NodeOf } from "../graph.ts";
import { filled, isFull, type Rewriter, rules } from "./rule.ts";

/** Arrays one after another along a dim, from the index `start` on, in a sum that is zero elsewhere. */
interface Placed {
  readonly parts: readonly Node[];
  readonly dim: number;
  readonly start: number;
  readonly end: number;
}

/** The arrays that a node pads with zeros along one dim; null for other nodes. */
function placedIn(n: Node): Placed | null {
  if (n.op !== "pad" || !Object.is(n.attributes.value, 0)) return null;
  const padded = n.attributes.widths.flatMap(({ before, after, between }, dim) =>
    before + after + between === 0 ? [] : [{ dim, before, after, between }],
  );
  if (padded.length !== 1) return null;
  const [{ dim, before, after, between }] = padded;
  if (between > 0) return null;
  return { parts: partsOf(n.inputs[0], dim), dim, start: before, end: n.shape[dim] - after };
}

/** The inputs of a concat plus 0, since 0 is added to all parts; otherwise the node itself. */
function partsOf(n: Node, dim: number): readonly Node[] {
  if (n.op !== "add" || !isFull(n.inputs[1], 0)) return [n];
  const [sum] = n.inputs;
  return sum.op === "concat" && sum.attributes.dim === dim ? sum.inputs : [n];
}

/** The operands of a sum of any number of nodes, if each is an array with zeros around it along the same dim; otherwise null. */
function operandsOf(sum: NodeOf, rewriter: Rewriter): readonly Placed[] | null {
  const placed: Placed[] = [];
  const sums = [sum];
  for (let next = sums.pop(); next !== undefined; next = sums.pop()) {
    for (const x of next.inputs) {
      if (!rewriter.isReadOnce(x)) return null;
      if (x.op === "add") sums.push(x);
      else {
        const one = placedIn(x);
        if (one === null || one.dim !== (placed[0] ?? one).dim) return null;
        placed.push(one);
      }
    }
  }
  return placed;
}

/** The operands in the order of their places, if these follow one another; otherwise null. */
function inOrder(operands: readonly Placed[]): readonly Placed[] | null {
  const placed = operands.toSorted((a, b) => a.start - b.start);
  return placed.every(({ start }, i) => i === 0 || placed[i - 1].end === start) ? placed : null;
}

export const placements = rules({
  // In a sum with zeros -0 becomes 0; hence the addition of 0.
  "a sum of arrays with zeros around them, at places one after another, is their concat": {
    ops: ["add"],
    apply(n, rewriter) {
      const operands = operandsOf(n, rewriter);
      const placed = operands && inOrder(operands);
      if (placed === null) return null;
      const [{ dim, start }] = placed;
      const { end } = placed[placed.length - 1];
      const whole = rewriter.make(
        "concat",
        placed.flatMap(({ parts }) => parts),
        { dim },
        n,
      );
      const sum = rewriter.make("add", [whole, filled(whole, 0, rewriter)], {}, n);
      if (start === 0 && end === n.shape[dim]) return sum;
      const widths = n.shape.map((size, d) =>
        d === dim ? { before: start, after: size - end, between: 0 } : { before: 0, after: 0, between: 0 },
      );
      return rewriter.make("pad", [sum], { widths, value: 0 }, n);
    },
  },
});
