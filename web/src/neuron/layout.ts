// Where the graph's cards lie. Graphviz is told only sizes and arrows, and answers with places and curves; should it not load, a plain
// layout in columns takes its place. A result is one box to both: the op's circle, a short way, its card. Lengths are pixels.
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

/** A node's place: the middle of its card, and of its op's circle in front of it. */
export interface Place extends Size {
  readonly card: Point;
  readonly circle: Point | null;
}

/** A way from an input to an op: a chain of cubic curves, 3n + 1 points, the last at the circle. */
export interface Way {
  readonly from: number;
  readonly to: number;
  /** Which of the op's inputs. */
  readonly place: number;
  readonly points: readonly Point[];
}

export interface Layout extends Size {
  readonly direction: Direction;
  readonly places: readonly Place[];
  readonly ways: readonly Way[];
}

export const radius = 17;
/** Between a circle and its card. */
const reach = 14;
/** Between ranks: gradients travel here, in numbers. Across: between cards of one rank. */
export const distances = {
  right: { along: 52, across: 14 },
  down: { along: 30, across: 8 },
} as const satisfies Record<Direction, unknown>;

const margin = 10;
export const longestLabel = 18;
/** How far the controls of a pair of ways lie aside: both numbers on them can be read. */
const bulge = 40;

/** A card's size follows from its label, not from its numbers, so that nothing moves when they do. */
export function cardSize({ label, role }: Pick<GraphNode, "label" | "role">, direction: Direction): Size {
  if (role === "constant") return { width: Math.max(40, 20 + 8 * Math.min(label.length, longestLabel)), height: 34 };
  const least = direction === "right" ? 108 : 77;
  return {
    width: Math.max(least, 20 + 7.3 * Math.min(label.length, longestLabel)),
    height: direction === "right" ? 80 : 74,
  };
}

/** The box of a node as a layout sees it: the card, and the circle before it. */
export function boxSize(node: GraphNode, direction: Direction): Size {
  const { width, height } = cardSize(node, direction);
  if (node.op === null) return { width, height };
  const more = 2 * radius + reach;
  return direction === "right" ? { width: width + more, height } : { width, height: height + more };
}

/** What the layout depends on, as text: the same text, the same layout. */
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

/** In ranks, from the leaves on; each leaf stands right before its first use. */
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
 * A curve from each input's card to the op's circle, leaving and arriving along the direction. Both ways of an op whose inputs are the
 * same node, as in a + a, swing out to their own sides.
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
