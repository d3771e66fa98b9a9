// checkFinite: the same graph, that also tells the range of every floating value. From the ranges follows which op was the first
// to make a NaN or an infinity from finite numbers. What holds one from the start (constants, as a causal mask's -∞, and padding)
// is no mistake, nor is what only passes it on.
import { describe, isFloating } from "../tensor/dtype.ts";
import { movements } from "../tensor/ops/movement.ts";
import { sizeOf } from "../tensor/shape.ts";
import { type Graph, type Node, node } from "./graph.ts";

/** Each value whose range is told, in the order of the graph. */
export interface Watched {
  readonly graph: Graph;
  readonly nodes: readonly Node[];
  /** The last result of `graph` is float64 [2 · nodes.length]: the smallest and the largest of each, NaN if it holds one. */
  readonly inputs: ReadonlyMap<Node, readonly Node[]>;
}

const moves = (n: Node): boolean => n.op !== "fold" && Object.hasOwn(movements, n.op);

/** Where the elements of a node come from, if they are only moved. */
function sourcesOf(n: Node): readonly Node[] {
  return moves(n) ? n.inputs.flatMap(sourcesOf) : [n];
}

export function watchRanges(graph: Graph): Watched {
  const nodes = graph.nodes.filter((n) => isFloating(n.dtype) && sizeOf(n.shape) > 0 && n.op !== "full" && !moves(n));
  const added: Node[] = [];
  const add: typeof node = (...args) => {
    const made = node(...args);
    added.push(made);
    return made;
  };
  const largest = (x: Node): Node => {
    const flat = add("reshape", [x], { shape: [sizeOf(x.shape)] });
    return add("cast", [add("max", [flat], { dims: [0] })], { dtype: "float64" });
  };
  const ranges = nodes.flatMap((n) => [add("neg", [largest(add("neg", [n]))]), largest(n)]);
  if (ranges.length > 0) add("concat", ranges, { dim: 0 });
  else add("full", [], { shape: [0], dtype: "float64", value: 0 });
  return {
    graph: { ...graph, nodes: [...graph.nodes, ...added], results: [...graph.results, ...added.slice(-1)] },
    nodes,
    inputs: new Map(nodes.map((n) => [n, n.inputs.flatMap(sourcesOf)])),
  };
}

/** What is wrong, in words that name the first op to blame, its inputs and the user's line; null if all is well. */
export function blame({ nodes, inputs }: Watched, ranges: ArrayLike<number>): string | null {
  const rangeOf = new Map(nodes.map((n, i) => [n, { low: ranges[2 * i], high: ranges[2 * i + 1] }]));
  const finite = (n: Node): boolean => {
    const range = rangeOf.get(n);
    if (range === undefined) return n.op !== "full" || Number.isFinite(Number(n.attributes.value));
    return Number.isFinite(range.low) && Number.isFinite(range.high);
  };
  const words = (n: Node): string => {
    const range = rangeOf.get(n);
    if (range === undefined) return n.op === "full" ? `the constant ${n.attributes.value}` : describe(n);
    const holds = Number.isNaN(range.low) ? "with NaN" : `from ${short(range.low)} to ${short(range.high)}`;
    const name = n.op === "argument" || n.op === "state" ? `${n.op} ${n.attributes.index}, ` : "";
    return `${name}${describe(n)} ${holds}`;
  };
  for (const n of nodes) {
    const given = inputs.get(n) ?? [];
    if (n.op === "argument" || n.op === "state") {
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
