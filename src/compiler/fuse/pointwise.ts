// Elementwise ops as steps. An op that reads a computed step through a permutation is computed in that step's own order, and its result
// is then read through the permutation. So a bias is added while the matrix product is still in registers, even where a permutation
// that splits attention heads stands between them.
import { type ElementwiseName, isElementwise, isView } from "../../tensor/ops.ts";
import type { Node, NodeOf } from "../graph.ts";
import { inverse, type View } from "../view.ts";
import type { Builder } from "./builder.ts";
import { isAll, type Read, runs } from "./steps.ts";

export function pointwise(builder: Builder, node: NodeOf<ElementwiseName>): Read {
  const { op, inputs } = node;
  const reads = inputs.map((input) => builder.read(input));
  const leader = reads.findIndex((read, i) => runs(read.step) && !isAll(read) && isOnlyFor(builder, inputs[i], node));
  const lead = reads[leader];
  // Not where another operand is computed in the result's own order, or where the result is an output, which must be stored in it.
  const free = lead !== undefined && !builder.isOutput(node) && !reads.some((read) => runs(read.step) && isAll(read));
  const back = free ? inverse(lead.view, lead.step.size) : null;
  const there = back && allMoved(builder, reads, back);
  if (there === null) return builder.map(op, node, reads);
  const { step } = builder.map(op, { shape: lead.step.shape, dtype: node.dtype }, there);
  return { step, view: lead.view };
}

function allMoved(builder: Builder, reads: readonly Read[], outer: View): Read[] | null {
  const moved = reads.flatMap((read) => builder.moved(read, outer) ?? []);
  return moved.length === reads.length ? moved : null;
}

/** Whether the movements before `reader` have no other reader, and what they move is read apart from them by elementwise ops only. */
function isOnlyFor(builder: Builder, node: Node, reader: Node): boolean {
  for (; isView(node.op); [node, reader] = [node.inputs[0], node]) {
    if (builder.onlyReader(node) !== reader) return false;
  }
  return (
    !builder.isOutput(node) && builder.readersOf(node).every((other) => other === reader || isElementwise(other.op))
  );
}
