// Loads whose address depends on data: an affine place plus index · stride. Where a gather is the only reader of an elementwise op,
// the gather moves to the op's operands, and the op is computed for the chosen elements alone.
import { sizeOf } from "../../tensor/shape.ts";
import type { Node, NodeOf } from "../graph.ts";
import { grouped, joined, marksOf, strideOf, type View } from "../view.ts";
import type { Builder } from "./builder.ts";
import { repeated } from "./places.ts";
import { type Gather, isAll, type Read } from "./steps.ts";

export function gather(builder: Builder, node: NodeOf<"gather">): Read {
  const { dim } = node.attributes;
  const [x, index] = node.inputs;
  const limit = x.shape[dim];
  const [from, at] = [builder.read(x), builder.read(index)];
  if (limit === 0) {
    // Every index is out of range, so the kernel only has to report the error.
    const nowhere = { step: builder.buffer(from).step, view: repeated(sizeOf(node.shape)) };
    return gathered(builder, node, nowhere, at, { stride: 0, limit });
  }
  const ofOperands = builder.onlyReader(x) === node ? gatherOperands(builder, node, from, at, dim) : null;
  if (ofOperands !== null) return ofOperands;
  const { read, groups } = builder.grouped(builder.buffer(from), x.shape, [dim]);
  const line = lineOf(read, groups, dim, index.shape[dim]);
  return gathered(builder, node, line.read, at, { stride: line.stride, limit });
}

/** The read at index 0 everywhere, and the stride between the elements that an index chooses from. */
function lineOf(read: Read, groups: readonly View[], dim: number, size: number): { read: Read; stride: number } {
  const dims = groups.flatMap((group, d) => (d === dim ? [{ size, stride: 0 }] : group.dims));
  const view = joined({ offset: read.view.offset, dims });
  return { read: { ...read, view }, stride: strideOf(groups[dim]) ?? 0 };
}

function gathered(builder: Builder, node: Node, x: Read, at: Read, how: Pick<Gather, "stride" | "limit">): Read {
  const { values, marks } = builder.fit([at], marksOf(x.view.dims));
  const { dtype } = x.step;
  return builder.whole(
    builder.step<Gather>({
      kind: "gather",
      name: "gather",
      shape: node.shape,
      dtype,
      values,
      buffers: [x],
      marks,
      ...how,
    }),
  );
}

/** f(a, b)[i] = f(a[i], b[i]); null where this rule does not apply. */
function gatherOperands(builder: Builder, node: Node, { step, view }: Read, at: Read, dim: number): Read | null {
  const [{ shape }, index] = node.inputs;
  if (step.kind !== "map" || step.op === null || step.inline !== null || node.shape.length === 0) return null;
  if (!isAll({ step, view }) || sizeOf(node.shape) > step.size) return null;
  const lines: { read: Read; stride: number }[] = [];
  for (const read of step.values) {
    if (read.step.kind === "constant") lines.push({ read, stride: 0 });
    else {
      const groups = read.step.inline === null ? grouped(read.view, shape) : null;
      if (groups === null || groups[dim].dims.length > 1) return null;
      lines.push(lineOf(read, groups, dim, index.shape[dim]));
    }
  }
  // With stride 0 everywhere no gather would be left, and an index out of range would go unreported.
  if (lines.every(({ stride }) => stride === 0)) return null;
  const limit = shape[dim];
  const operands = lines.map(({ read, stride }) =>
    stride === 0 ? read : gathered(builder, node, read, at, { stride, limit }),
  );
  return builder.map(step.op, node, operands);
}
