// A symbolic graph becomes an ONNX graph: regions that ONNX has an op for as that op, everything else op by op.

import type { Tensor } from "chainrule";
import { ChainruleError } from "chainrule";
import type { OpName } from "chainrule/compiler";
import type { Call, Lowering } from "./lowering.ts";
import { loweringOf } from "./ops.ts";
import { partsOf } from "./part.ts";
import type { OnnxGraph } from "./protobuf/encode.ts";
import { type Writing, writingOf } from "./regions.ts";
import { isFixed } from "./size.ts";
import type { SymbolicGraph, SymbolicNode } from "./symbolic.ts";
import { type Value, Writer } from "./writer.ts";

export interface Names {
  readonly input: string;
  readonly output: string;
  /** Of states, by their places in the graph. */
  readonly states: readonly string[];
}

/** How the regions are written that are more than their ops, by their results; and what stands inside of them. */
function chosen(graph: SymbolicGraph) {
  const writings = new Map<SymbolicNode, Writing>();
  const inside = new Set<SymbolicNode>();
  for (const part of partsOf(graph)) {
    const writing = inside.has(part.output) ? null : writingOf(part);
    if (writing === null) continue;
    writings.set(part.output, writing);
    for (const n of part.nodes) inside.add(n);
  }
  return { writings, inside };
}

export function write(graph: SymbolicGraph, states: readonly Tensor[], names: Names): OnnxGraph {
  const writer = new Writer();
  writer.reserve([names.input, names.output, ...names.states]);
  const values = new Map<SymbolicNode, Value>();
  const written = (n: SymbolicNode): Value => {
    const value = values.get(n);
    if (value === undefined) throw new ChainruleError("internal", "internal", `${n.op} is read before it is written`);
    return value;
  };
  const read = (n: SymbolicNode): Value => writer.whole(written(n), n.shape);
  const { writings, inside } = chosen(graph);

  const valueAt = (n: SymbolicNode): Value => {
    // What has no elements is a constant; ONNX's shape rules do not always allow for it.
    if (n.shape.every(isFixed) && n.shape.includes(0) && n.op !== "argument" && n.op !== "state")
      return writer.constant(n.dtype, n.shape, []);
    if (n.op === "argument") return writer.input(names.input, n.dtype, n.shape);
    if (n.op === "state") {
      const index = Number(n.attributes.index);
      const { dtype, shape, data } = states[index];
      return writer.weight(names.states[index], dtype, shape, data);
    }
    return writeOp(n, n.op);
  };
  const writeOp = (n: SymbolicNode, op: OpName): Value => {
    const call: Call = {
      node: n,
      inputs: n.inputs.map(written),
      attributes: n.attributes as Call["attributes"],
      shape: n.shape,
      dtype: n.dtype,
      whole: (position) => read(n.inputs[position]),
    };
    return (loweringOf(op) as Lowering<OpName>)(call, writer);
  };

  for (const n of graph.nodes) {
    const writing = writings.get(n);
    if (writing) values.set(n, writing({ writer, read }));
    else if (!inside.has(n)) values.set(n, valueAt(n));
  }
  return writer.finish(read(graph.result), names.output);
}
