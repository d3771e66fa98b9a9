// Reading where data says: at an affine place, plus an index times a stride. What only a gather reads of something computed point by
// point is computed after it, for the elements that are chosen.
import type { Attributes } from "../../tensor/ops.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Node } from "../graph.ts";
import { grouped, joined, marksOf, strideOf, type View } from "../view.ts";
import type { Builder } from "./builder.ts";
import { repeated } from "./places.ts";
import { type Gather, isAll, type Read } from "./steps.ts";

export function gather(builder: Builder, node: Node, { dim }: Attributes<"gather">): Read {
  const [x, index] = node.inputs;
  const limit = x.shape[dim];
  const [from, at] = [builder.read(x), builder.read(index)];
  if (limit === 0) {
    // Any index is out of range; the error is all that there is.
    const nowhere = { step: builder.buffer(from).step, view: repeated(sizeOf(node.shape)) };
    return gathered(builder, node, nowhere, at, { stride: 0, limit });
  }
  const sooner = builder.onlyReader(x) === node ? gatherSooner(builder, node, from, at, dim) : null;
  if (sooner !== null) return sooner;
  const { read, groups } = builder.grouped(builder.buffer(from), x.shape, [dim]);
  const line = lineOf(read, groups, dim, index.shape[dim]);
  return gathered(builder, node, line.read, at, { stride: line.stride, limit });
}

/** What is read where all indices are 0, and how far apart the choices are. */
function lineOf(read: Read, groups: readonly View[], dim: number, size: number): { read: Read; stride: number } {
  const dims = groups.flatMap((group, d) => (d === dim ? [{ size, stride: 0 }] : group.dims));
  const view = joined({ offset: read.view.offset, dims });
  return { read: { step: read.step, view }, stride: strideOf(groups[dim]) ?? 0 };
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

/** f(a, b)[i] = f(a[i], b[i]); null where that does not apply. */
function gatherSooner(builder: Builder, node: Node, { step, view }: Read, at: Read, dim: number): Read | null {
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
  // Without a line to choose from nobody would look at the index.
  if (lines.every(({ stride }) => stride === 0)) return null;
  const limit = shape[dim];
  const operands = lines.map(({ read, stride }) =>
    stride === 0 ? read : gathered(builder, node, read, at, { stride, limit }),
  );
  return builder.map(step.op, node, operands);
}
