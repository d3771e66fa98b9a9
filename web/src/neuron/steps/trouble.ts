// Why a number of the graph has no value, or a value but no slope: the first such number, with the operation that is to blame.
import type { Texts } from "../../texts/language.svelte.ts";
import type { Graph, GraphNode } from "../graph.ts";
import { inWords as n } from "../numbers.ts";
import type { Step } from "./steps.ts";

type Words = Texts["neuron"]["trouble"];

/** The sentence about the first number that is not finite, or else about the first slope that is not; null if all are finite. */
export function trouble(graph: Graph, steps: readonly Step[], words: Words): string | null {
  const { nodes } = graph;
  const bad = nodes.find(({ value }) => !Number.isFinite(value.data));
  const why = bad === undefined ? slopeTrouble(graph, steps, words) : valueTrouble(bad, nodes, words);
  return why === null ? null : `${why} ${words.cure}`;
}

/** The inputs of the node are finite, as it is the first that is not. */
function valueTrouble({ label, op, inputs }: GraphNode, nodes: readonly GraphNode[], words: Words): string {
  const [a = 0, b = 0] = inputs.map((id) => nodes[id].value.data);
  if (op === "/" && b === 0) return a === 0 ? words.zeroByZero(label) : words.divided(label, n(a));
  if (op === "log" && a === 0) return words.logOfZero(label);
  if (op === "log" && a < 0) return words.logOfNegative(label, n(a));
  if (op === "**" && a === 0 && b < 0) return words.powerOfZero(label, n(b));
  if (op === "**" && a < 0 && !Number.isInteger(b)) return words.powerOfNegative(label, n(a), n(b));
  return words.overflow(label);
}

function slopeTrouble({ nodes }: Graph, steps: readonly Step[], words: Words): string | null {
  for (const step of steps) {
    if (step.kind !== "op") continue;
    const share = step.shares.find(({ slope, share }) => !Number.isFinite(slope) || !Number.isFinite(share));
    if (share === undefined) continue;
    const [label, of] = [nodes[step.node].label, nodes[share.input].label];
    return Number.isNaN(share.share) && Number.isNaN(share.slope)
      ? words.noSlope(label, of)
      : words.infiniteSlope(label, of);
  }
  return null;
}
