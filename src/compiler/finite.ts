// checkFinite: adds to a graph a result with the range of every floating-point value. The ranges show which op was the first to make a
// NaN or an infinity from finite numbers. Constants that are infinite themselves (a causal mask's -∞, padding) are no mistake, nor are
// ops that only pass an infinity on.
import { describe, isFloating } from "../tensor/dtype.ts";
import { type Attributes, isPlacement, isView, type OpName } from "../tensor/ops.ts";
import { sizeOf } from "../tensor/shape.ts";
import { type Graph, isInput, type Node, node } from "./graph.ts";

export interface Watched {
  /** Its last result is float64 [2 · nodes.length]: the minimum and the maximum of each node, NaN if the node has one. */
  readonly graph: Graph;
  /** The nodes whose ranges are computed, in the order of the graph. */
  readonly nodes: readonly Node[];
  /** For each of them the nodes that it was computed from; movement ops between are passed through. */
  readonly inputs: ReadonlyMap<Node, readonly Node[]>;
}

/** Whether an op only moves elements. */
const isMovement = ({ op }: Node): boolean => isView(op) || isPlacement(op);

/** The nodes that movement ops took a node's elements from; the node itself, if it is no movement op. */
function sourcesOf(n: Node): readonly Node[] {
  return isMovement(n) ? n.inputs.flatMap(sourcesOf) : [n];
}

export function watchRanges(graph: Graph): Watched {
  const nodes = graph.nodes.filter(
    (n) => isFloating(n.dtype) && sizeOf(n.shape) > 0 && n.op !== "full" && !isMovement(n),
  );
  const added: Node[] = [];
  const add = <N extends OpName>(op: N, inputs: readonly Node[], attributes: Attributes<N>): Node => {
    const made = node<OpName>(op, inputs, attributes);
    added.push(made);
    return made;
  };
  const largest = (x: Node): Node => {
    const flat = add("reshape", [x], { shape: [sizeOf(x.shape)] });
    return add("cast", [add("max", [flat], { dims: [0] })], { dtype: "float64" });
  };
  const ranges = nodes.flatMap((n) => [add("neg", [largest(add("neg", [n], {}))], {}), largest(n)]);
  if (ranges.length > 0) add("concat", ranges, { dim: 0 });
  else add("full", [], { shape: [0], dtype: "float64", value: 0 });
  return {
    graph: { ...graph, nodes: [...graph.nodes, ...added], results: [...graph.results, ...added.slice(-1)] },
    nodes,
    inputs: new Map(nodes.map((n) => [n, n.inputs.flatMap(sourcesOf)])),
  };
}

/** A message that names the first op with a result that is not finite, its inputs and the user's line; null if all are finite. */
export function blame({ nodes, inputs }: Watched, ranges: ArrayLike<number>): string | null {
  const rangeOf = new Map(nodes.map((n, i) => [n, { low: ranges[2 * i], high: ranges[2 * i + 1] }]));
  const finite = (n: Node): boolean => {
    const range = rangeOf.get(n);
    if (range === undefined) return n.op !== "full" || Number.isFinite(n.attributes.value);
    return Number.isFinite(range.low) && Number.isFinite(range.high);
  };
  const words = (n: Node): string => {
    const range = rangeOf.get(n);
    if (range === undefined) return n.op === "full" ? `the constant ${n.attributes.value}` : describe(n);
    const holds = Number.isNaN(range.low) ? "with NaN" : `from ${short(range.low)} to ${short(range.high)}`;
    const name = isInput(n) ? `${n.op} ${n.attributes.index}, ` : "";
    return `${name}${describe(n)} ${holds}`;
  };
  for (const n of nodes) {
    const given = inputs.get(n) ?? [];
    if (isInput(n)) {
      if (Number.isNaN(rangeOf.get(n)?.low)) return `${words(n)} comes in`;
      continue;
    }
    if (finite(n) || !given.every(finite)) continue;
    const place = n.line === null ? "" : ` at ${n.line}`;
    const region = n.region === null ? "" : ` (in ${n.region.name})`;
    const from = given.length === 0 ? "" : `, from ${given.map(words).join(" and ")}`;
    return `${n.op}${region}${place} gives ${words(n)}${from}`;
  }
  return null;
}

const short = (x: number): string => String(Number(x.toPrecision(6)));
