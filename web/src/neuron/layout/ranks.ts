// The ranks of a graph, from its leaves to its result, and the order within each rank that crosses few edges. An edge over several ranks
// gets a stop in each rank between, where it has a lane of its own.
import type { GraphNode } from "../graph.ts";

/** What stands in a rank: a node, or the stop of an edge that passes through. */
export interface Item {
  readonly rank: number;
  /** null for a stop. */
  readonly node: GraphNode | null;
  /** The neighbours in the ranks before and after, one for each edge. */
  readonly before: Item[];
  readonly after: Item[];
}

/** An edge as the items that it passes, from its input to its op. */
export interface Route {
  readonly from: number;
  readonly to: number;
  readonly place: number;
  readonly items: readonly Item[];
}

export interface Ranked {
  readonly ranks: readonly (readonly Item[])[];
  readonly routes: readonly Route[];
}

/** A result stands after its inputs; a leaf stands just before its first use. */
function ranksOf(nodes: readonly GraphNode[]): number[] {
  const rank = nodes.map(() => 0);
  for (const { id, inputs } of nodes) for (const input of inputs) rank[id] = Math.max(rank[id], rank[input] + 1);
  const firstUse = nodes.map(() => Number.POSITIVE_INFINITY);
  for (const { id, inputs } of nodes) for (const input of inputs) firstUse[input] = Math.min(firstUse[input], rank[id]);
  return nodes.map(({ id, op }) => (op === null && Number.isFinite(firstUse[id]) ? firstUse[id] - 1 : rank[id]));
}

/** The items in order of a walk from the result through the inputs as written, which crosses no edge of a tree; then improved. */
export function rankedOf(nodes: readonly GraphNode[]): Ranked {
  const rank = ranksOf(nodes);
  const ranks: Item[][] = Array.from({ length: Math.max(...rank) + 1 }, () => []);
  const items = new Map<number, Item>();
  const routes: Route[] = [];
  const add = (at: number, node: GraphNode | null): Item => {
    const item: Item = { rank: at, node, before: [], after: [] };
    ranks[at].push(item);
    return item;
  };
  const visit = (node: GraphNode): Item => {
    const known = items.get(node.id);
    if (known !== undefined) return known;
    const item = add(rank[node.id], node);
    items.set(node.id, item);
    node.inputs.forEach((input, place) => {
      const stops: Item[] = [];
      for (let at = rank[node.id] - 1; at > rank[input]; at--) stops.unshift(add(at, null));
      const chain = [visit(nodes[input]), ...stops, item];
      chain.slice(1).forEach((next, i) => {
        next.before.push(chain[i]);
        chain[i].after.push(next);
      });
      routes.push({ from: input, to: node.id, place, items: chain });
    });
    return item;
  };
  visit(nodes[nodes.length - 1]);
  return { ranks: ordered(ranks), routes };
}

const sweeps = 12;

/** Sorts each rank by the mean place of its neighbours, forwards and backwards in turn; returns the order with the fewest crossings. */
function ordered(ranks: Item[][]): Item[][] {
  let best = ranks.map((rank) => [...rank]);
  let fewest = crossings(best);
  let current = best;
  for (let sweep = 0; sweep < sweeps && fewest > 0; sweep++) {
    const side = sweep % 2 === 0 ? "before" : "after";
    current = current.map((rank) => [...rank]);
    const order = side === "before" ? current.keys() : [...current.keys()].reverse();
    for (const r of order) {
      const places = new Map(current.flat().map((item) => [item, current[item.rank].indexOf(item)]));
      const mean = (item: Item) => {
        const neighbours = item[side];
        if (neighbours.length === 0) return places.get(item) ?? 0;
        return neighbours.reduce((sum, one) => sum + (places.get(one) ?? 0), 0) / neighbours.length;
      };
      current[r] = current[r]
        .map((item) => ({ item, mean: mean(item) }))
        .sort((a, b) => a.mean - b.mean)
        .map(({ item }) => item);
    }
    const now = crossings(current);
    if (now < fewest) [best, fewest] = [current, now];
  }
  return best;
}

/** The number of pairs of edges that cross between two ranks. */
export function crossings(ranks: readonly (readonly Item[])[]): number {
  let count = 0;
  ranks.slice(1).forEach((rank, r) => {
    const places = new Map(ranks[r].map((item, i) => [item, i]));
    const edges = rank.flatMap((item, to) => item.before.map((from) => ({ from: places.get(from) ?? 0, to })));
    edges.forEach((a, i) => {
      for (const b of edges.slice(i + 1)) if ((a.from - b.from) * (a.to - b.to) < 0) count++;
    });
  });
  return count;
}
