// The places of the graph's cards and the curves of its edges. Each rank is a column (a row on a phone). An edge bends only between two
// ranks, and passes a rank in a lane of its own, so that it never runs over a card.
import type { Graph } from "../graph.ts";
import { align } from "./align.ts";
import { type Item, type Route, rankedOf } from "./ranks.ts";
import { boxSize, type Direction, distances, type Layout, margin, type Point, placeOf, type Way } from "./sizes.ts";

/** The room of a passing edge across the rank. */
const lane = 14;
/** The sideways shift of the control points of two edges between the same cards: it keeps the numbers on them apart. */
const bulge = 40;

/** Everything that the layout depends on, as text: the same text means the same layout. */
export const shapeOf = ({ nodes }: Graph): string =>
  nodes.map(({ label, op, role, inputs }) => `${label}:${op}:${role}:${inputs}`).join("|");

export function columns({ nodes }: Graph, direction: Direction): Layout {
  const { ranks, routes } = rankedOf(nodes);
  const { along, across } = distances[direction];
  const [long, broad] = direction === "right" ? (["width", "height"] as const) : (["height", "width"] as const);
  const sizeOf = ({ node }: Item) => (node === null ? { width: lane, height: lane } : boxSize(node, direction));
  const middles = align(ranks, (item) => sizeOf(item)[broad], across);
  const depths = ranks.map((rank) => Math.max(...rank.map((item) => sizeOf(item)[long])));
  const starts = depths.map((_, r) => margin + depths.slice(0, r).reduce((sum, depth) => sum + depth + along, 0));
  /** A point from its distances along the direction and across it. */
  const point = (u: number, v: number): Point => (direction === "right" ? { x: u, y: v } : { x: v, y: u });
  const lanes: Lanes = {
    point,
    start: (item) => starts[item.rank],
    end: (item) => starts[item.rank] + depths[item.rank],
    at: (item) => (middles.get(item) ?? 0) + margin,
    half: (item) => sizeOf(item)[long] / 2,
  };
  const placed = new Map(ranks.flat().flatMap((item) => (item.node === null ? [] : [[item.node.id, item] as const])));
  const places = nodes.map((node) => {
    const item = placed.get(node.id);
    if (item === undefined) throw new Error(`internal: node ${node.id} stands in no rank`);
    return placeOf(node, direction, point((lanes.start(item) + lanes.end(item)) / 2, lanes.at(item)));
  });
  const broadest = Math.max(...ranks.flat().map((item) => lanes.at(item) + sizeOf(item)[broad] / 2));
  const end = point(starts[starts.length - 1] + depths[depths.length - 1] + margin, broadest + margin);
  const ways = routes.map((route) => wayOf(route, lanes, nodes[route.to].inputs));
  return { direction, width: end.x, height: end.y, places, ways };
}

/** Where an item's rank begins and ends along the direction, its own middle across, and half of its own length. */
interface Lanes {
  readonly point: (along: number, across: number) => Point;
  readonly start: (item: Item) => number;
  readonly end: (item: Item) => number;
  readonly at: (item: Item) => number;
  readonly half: (item: Item) => number;
}

/** The two edges of an op whose inputs are the same node, as in a + a, bend to opposite sides. */
function wayOf({ from, to, place, items }: Route, lanes: Lanes, inputs: readonly number[]): Way {
  const { point, start, end, at, half } = lanes;
  const turn = inputs.length === 2 && inputs[0] === inputs[1] ? (place === 0 ? -bulge : bulge) : 0;
  const [first, last] = [items[0], items[items.length - 1]];
  const middleOf = (item: Item) => (start(item) + end(item)) / 2;
  const points = [point(middleOf(first) + half(first), at(first))];
  let reached = middleOf(first) + half(first);
  const straightTo = (u: number, v: number) => {
    if (u - reached < 0.5) return;
    const third = (u - reached) / 3;
    points.push(point(reached + third, v), point(reached + 2 * third, v), point(u, v));
    reached = u;
  };
  items.slice(1).forEach((item, i) => {
    const before = items[i];
    straightTo(end(before), at(before));
    const [u, v] = [start(item), at(item)];
    const middle = (reached + u) / 2;
    points.push(point(middle, at(before) + turn), point(middle, v + turn), point(u, v));
    reached = u;
    straightTo(item === last ? middleOf(item) - half(item) : end(item), v);
  });
  return { from, to, place, points };
}
