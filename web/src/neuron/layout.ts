// The places of the graph's cards, in pixels. Graphviz gets only sizes and edges, and answers with places and curves; where it cannot be
// loaded, a plain layout in columns is used. To both a result is one box: the op's circle, a short line, and the card.
import type { Graph, GraphNode } from "./graph.ts";

export type Direction = "right" | "down";
export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A node's place: the middle of its card, and the middle of the op's circle in front of the card. */
export interface Place extends Size {
  readonly card: Point;
  readonly circle: Point | null;
}

/** An edge from an input to an op: a chain of n cubic curves, as 3n + 1 points, the last of which lies at the circle. */
export interface Way {
  readonly from: number;
  readonly to: number;
  /** The index of the input among the op's inputs. */
  readonly place: number;
  readonly points: readonly Point[];
}

export interface Layout extends Size {
  readonly direction: Direction;
  readonly places: readonly Place[];
  readonly ways: readonly Way[];
}

export const radius = 17;
/** The distance between a circle and its card. */
const reach = 14;
/** along: the distance between ranks, with room for the gradients that travel there. across: between cards of one rank. */
export const distances = {
  right: { along: 52, across: 14 },
  down: { along: 30, across: 8 },
} as const satisfies Record<Direction, unknown>;

const margin = 10;
/** Characters. */
export const maxLabelLength = 18;
/** The sideways shift of the control points of two edges between the same cards: it keeps the numbers on them apart. */
const bulge = 40;

/** A card's size follows from its label, not from its numbers, so that other numbers move no card. */
export function cardSize({ label, role }: Pick<GraphNode, "label" | "role">, direction: Direction): Size {
  if (role === "constant") return { width: Math.max(40, 20 + 8 * Math.min(label.length, maxLabelLength)), height: 34 };
  const minWidth = direction === "right" ? 108 : 77;
  return {
    width: Math.max(minWidth, 20 + 7.3 * Math.min(label.length, maxLabelLength)),
    height: direction === "right" ? 80 : 74,
  };
}

/** The box of a node in a layout: the card, and the circle in front of it. */
export function boxSize(node: GraphNode, direction: Direction): Size {
  const { width, height } = cardSize(node, direction);
  if (node.op === null) return { width, height };
  const more = 2 * radius + reach;
  return direction === "right" ? { width: width + more, height } : { width, height: height + more };
}

/** Everything that the layout depends on, as text: the same text means the same layout. */
export const shapeOf = ({ nodes }: Graph): string =>
  nodes.map(({ label, op, inputs }) => `${label}:${op}:${inputs}`).join("|");

export function placeOf(node: GraphNode, direction: Direction, middle: Point): Place {
  const size = cardSize(node, direction);
  if (node.op === null) return { ...size, card: middle, circle: null };
  const back = radius + reach / 2;
  const box = boxSize(node, direction);
  return direction === "right"
    ? {
        ...size,
        card: { x: middle.x + back, y: middle.y },
        circle: { x: middle.x - box.width / 2 + radius, y: middle.y },
      }
    : {
        ...size,
        card: { x: middle.x, y: middle.y + back },
        circle: { x: middle.x, y: middle.y - box.height / 2 + radius },
      };
}

/** A layout in ranks, from the leaves on; each leaf stands in the rank before its first use. */
export function columns({ nodes }: Graph, direction: Direction): Layout {
  const rank = nodes.map(() => 0);
  for (const { id, inputs } of nodes) for (const input of inputs) rank[id] = Math.max(rank[id], rank[input] + 1);
  for (const { id, inputs } of nodes.toReversed())
    for (const input of inputs)
      if (nodes[input].op === null) {
        const users = nodes.filter((user) => user.inputs.includes(input)).map((user) => rank[user.id]);
        rank[input] = Math.max(0, Math.min(...users) - 1);
      } else rank[id] = Math.max(rank[id], rank[input] + 1);
  const { along, across } = distances[direction];
  const long = direction === "right" ? "width" : "height";
  const wide = direction === "right" ? "height" : "width";
  const ranks = Array.from({ length: Math.max(...rank) + 1 }, (_, r) => nodes.filter(({ id }) => rank[id] === r));
  const breadth = (group: readonly GraphNode[]) =>
    group.reduce((sum, node) => sum + boxSize(node, direction)[wide] + across, -across);
  const broadest = Math.max(...ranks.map(breadth));
  const middles = new Map<number, Point>();
  let start = margin;
  for (const group of ranks) {
    const depth = Math.max(...group.map((node) => boxSize(node, direction)[long]));
    let at = margin + (broadest - breadth(group)) / 2;
    for (const node of group) {
      const size = boxSize(node, direction)[wide];
      const [u, v] = [start + depth / 2, at + size / 2];
      middles.set(node.id, direction === "right" ? { x: u, y: v } : { x: v, y: u });
      at += size + across;
    }
    start += depth + along;
  }
  const places = nodes.map((node) => placeOf(node, direction, middles.get(node.id) ?? { x: 0, y: 0 }));
  const [length, width] = [start - along + margin, broadest + 2 * margin];
  const size = direction === "right" ? { width: length, height: width } : { width, height: length };
  return { ...size, direction, places, ways: curvedWays(nodes, places, direction) };
}

/**
 * A curve from each input's card to the op's circle, leaving and arriving along the direction. The two edges of an op whose inputs are the
 * same node, as in a + a, curve to opposite sides.
 */
export function curvedWays(nodes: readonly GraphNode[], places: readonly Place[], direction: Direction): Way[] {
  return nodes.flatMap(({ id, inputs }) =>
    inputs.map((from, place): Way => {
      const { card, width, height } = places[from];
      const end = places[id].circle ?? places[id].card;
      const twice = inputs[0] === inputs[1] ? (place === 0 ? -bulge : bulge) : 0;
      const [a, b, turn] =
        direction === "right"
          ? [
              { x: card.x + width / 2, y: card.y },
              { x: end.x - radius, y: end.y },
              { x: 0, y: twice },
            ]
          : [
              { x: card.x, y: card.y + height / 2 },
              { x: end.x, y: end.y - radius },
              { x: twice, y: 0 },
            ];
      const middle = direction === "right" ? { x: (b.x - a.x) / 2, y: 0 } : { x: 0, y: (b.y - a.y) / 2 };
      return {
        from,
        to: id,
        place,
        points: [
          a,
          { x: a.x + middle.x + turn.x, y: a.y + middle.y + turn.y },
          { x: b.x - middle.x + turn.x, y: b.y - middle.y + turn.y },
          b,
        ],
      };
    }),
  );
}
