// A state that becomes its sum with a scatterAdd is changed where it lies: the rows are added to its memory, and nothing else of it is touched.
import { sizeOf, stridesOf, withSize } from "../../tensor/shape.ts";
import { type Graph, type Node, type NodeOf, type Update, usesOf } from "../graph.ts";
import type { Builder } from "./builder.ts";
import { dimsOf } from "./places.ts";
import { type Assembled, segmentsOf } from "./steps.ts";

/** The scatterAdds of such updates, by the node of the new contents. */
export function scatteredUpdates(graph: Graph): ReadonlyMap<Node, NodeOf<"scatterAdd">> {
  const uses = usesOf(graph);
  const found = new Map<Node, NodeOf<"scatterAdd">>();
  for (const { state, value } of graph.updates) {
    if (value.op !== "add" || uses.get(value) !== 1 || !value.inputs.includes(state)) continue;
    const rows = value.inputs[0] === state ? value.inputs[1] : value.inputs[0];
    if (rows.op === "scatterAdd" && uses.get(rows) === 1 && sizeOf(rows.inputs[0].shape) > 0) found.set(value, rows);
  }
  return found;
}

/**
 * Makes the step that adds the rows to the memory of the update's state, which becomes that of the step's target; null if the rows are elements
 * of the state itself, which would change while they are read.
 */
export function addRows(builder: Builder, { state }: Update, rows: NodeOf<"scatterAdd">): Assembled | null {
  const [x, index] = rows.inputs;
  if (builder.read(x).step === builder.read(state).step) return null;
  const { dim, size } = rows.attributes;
  const { shape, dtype } = state;
  const target = builder.step<Assembled>({ kind: "assembled", name: "scatterAdd", shape, dtype, parts: [] });
  const strides = stridesOf(rows.shape);
  builder.place(target, builder.read(x), {
    view: { offset: 0, dims: dimsOf(x.shape, withSize(strides, dim, 0)) },
    mode: "add",
    segments: segmentsOf(x.shape, [dim]),
    index: { read: builder.read(index), stride: strides[dim], size },
  });
  return target;
}
