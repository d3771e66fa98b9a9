// Graphviz, compiled to WebAssembly. It is fetched when the first graph is drawn; it computes places and curves, and the page draws them.
import type { Viz } from "@viz-js/viz";
import type { Graph } from "./graph.ts";
import {
  boxSize,
  curvedWays,
  type Direction,
  distances,
  type Layout,
  type Point,
  placeOf,
  type Way,
} from "./layout.ts";

const margin = 10;
const inch = 72;
let loading: Promise<Viz> | null = null;

/** Loads Graphviz, once, and returns its layout function. Rejects where it cannot be loaded. */
export async function loadGraphviz(): Promise<(graph: Graph, direction: Direction) => Layout> {
  loading ??= import("@viz-js/viz").then(({ instance }) => instance());
  try {
    const viz = await loading;
    return (graph, direction) =>
      layoutOf(graph, direction, viz.renderJSON(question(graph, direction), { yInvert: true }));
  } catch (error) {
    loading = null;
    throw error;
  }
}

/** The graph as Graphviz takes it; one of its points is one pixel. Node names are ids, so that no text of a visitor is read as DOT. */
export function question({ nodes }: Graph, direction: Direction) {
  const { along, across } = distances[direction];
  const [out, into] = direction === "right" ? ["e", "w"] : ["s", "n"];
  return {
    directed: true,
    graphAttributes: {
      rankdir: direction === "right" ? "LR" : "TB",
      ranksep: along / inch,
      nodesep: across / inch,
      ordering: "in",
    },
    nodeAttributes: { shape: "box", fixedsize: true, label: "" },
    edgeAttributes: { arrowhead: "none", tailport: out, headport: into },
    nodes: nodes.map((node) => {
      const { width, height } = boxSize(node, direction);
      return { name: String(node.id), attributes: { width: width / inch, height: height / inch } };
    }),
    edges: nodes.flatMap(({ id, inputs }) =>
      inputs.map((input, place) => ({ tail: String(input), head: String(id), attributes: { comment: String(place) } })),
    ),
  };
}

interface Answer {
  readonly bb: string;
  readonly objects: readonly { readonly name: string; readonly pos: string }[];
  readonly edges?: readonly {
    readonly tail: number;
    readonly head: number;
    readonly comment: string;
    readonly pos: string;
  }[];
}

/** The layout from Graphviz' JSON answer. */
export function layoutOf({ nodes }: Graph, direction: Direction, json: object): Layout {
  const { bb, objects, edges = [] } = json as Answer;
  const [left, y0, right, y1] = bb.split(",").map(Number);
  const top = Math.min(y0, y1);
  const point = (text: string): Point => {
    const [x, y] = text.split(",").map(Number);
    return { x: x - left + margin, y: y - top + margin };
  };
  const middles = new Map(objects.map(({ name, pos }) => [name, point(pos)]));
  const places = nodes.map((node) => {
    const middle = middles.get(String(node.id));
    if (middle === undefined) throw new Error(`internal: Graphviz placed no node ${node.id}`);
    return placeOf(node, direction, middle);
  });
  const ways = edges.map(
    ({ tail, head, comment, pos }): Way => ({
      from: Number(objects[tail].name),
      to: Number(objects[head].name),
      place: Number(comment),
      points: pos.split(" ").map(point),
    }),
  );
  const pairs = curvedWays(nodes, places, direction).filter(({ to }) => nodes[to].inputs[0] === nodes[to].inputs[1]);
  return {
    direction,
    width: right - left + 2 * margin,
    height: Math.abs(y1 - y0) + 2 * margin,
    places,
    ways: ways.map((way) => pairs.find(({ to, place }) => to === way.to && place === way.place) ?? way),
  };
}
