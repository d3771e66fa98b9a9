// Symbolic graph -> ONNX graph. A region for which ONNX has an op becomes that op; all other nodes are written one by one.

import type { Tensor } from "chainrule";
import { ChainruleError } from "chainrule";
import type { Call } from "./lowering.ts";
import { loweringOf } from "./ops.ts";
import { partsOf } from "./part.ts";
import type { OnnxGraph } from "./protobuf/encode.ts";
import { type RegionWriter, regionWriterOf } from "./regions.ts";
import { isFixed } from "./size.ts";
import type { SymbolicGraph, SymbolicNode, SymbolicOf } from "./symbolic.ts";
import { type Value, Writer } from "./writer.ts";

export interface Names {
  readonly input: string;
  readonly output: string;
  /** The names of the states, by their index in the graph. */
  readonly states: readonly string[];
}

/** The writers of the regions that become one ONNX op, by the regions' outputs; and all nodes inside of these regions. */
function regionWriters(graph: SymbolicGraph) {
  const writers = new Map<SymbolicNode, RegionWriter>();
  const inside = new Set<SymbolicNode>();
  for (const part of partsOf(graph)) {
    const writeRegion = inside.has(part.output) ? null : regionWriterOf(part);
    if (writeRegion === null) continue;
    writers.set(part.output, writeRegion);
    for (const n of part.nodes) inside.add(n);
  }
  return { writers, inside };
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
  const { writers, inside } = regionWriters(graph);

  const valueAt = (n: SymbolicNode): Value => {
    // A node without elements is written as a constant, since ONNX's shape rules do not always allow a size of 0.
    if (n.shape.every(isFixed) && n.shape.includes(0) && n.op !== "argument" && n.op !== "state")
      return writer.constant(n.dtype, n.shape, []);
    if (n.op === "argument") return writer.input(names.input, n.dtype, n.shape);
    if (n.op === "state") {
      const { index } = n.attributes;
      const { dtype, shape, data } = states[index];
      return writer.weight(names.states[index], dtype, shape, data);
    }
    return writeOp(n);
  };
  const writeOp = (n: SymbolicOf): Value => {
    const call: Call = {
      node: n,
      inputs: n.inputs.map(written),
      attributes: n.attributes,
      shape: n.shape,
      dtype: n.dtype,
      whole: (position) => read(n.inputs[position]),
    };
    return loweringOf(n.op)(call, writer);
  };

  for (const n of graph.nodes) {
    const writeRegion = writers.get(n);
    if (writeRegion) values.set(n, writeRegion({ writer, read }));
    else if (!inside.has(n)) values.set(n, valueAt(n));
  }
  return writer.finish(read(graph.result), names.output);
}
