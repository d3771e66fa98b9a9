// The places of cards: no card lies on another or on an edge, and every edge goes from its input to its op.
import { expect, it } from "vitest";
import { presets } from "../../src/neuron/formula/presets.ts";
import { pulsesOf } from "../../src/neuron/graph/pulses.ts";
import { readableScale, scrolled, wholeScale, zoomed } from "../../src/neuron/graph/view.ts";
import type { Graph } from "../../src/neuron/graph.ts";
import { spread } from "../../src/neuron/layout/align.ts";
import { columns } from "../../src/neuron/layout/columns.ts";
import { crossings, rankedOf } from "../../src/neuron/layout/ranks.ts";
import { boxSize, type Direction, type Layout, radius } from "../../src/neuron/layout/sizes.ts";
import { arrowhead, pathOf, pointAt } from "../../src/neuron/layout/ways.ts";
import { graphOf } from "./figures.ts";
import { randomFormula } from "./formulas.ts";

const longest = `L = ${Array.from({ length: 30 }, (_, i) => `x${i}`).join(" + ")}`;
const seeds = Array.from({ length: 40 }, (_, seed) => seed);
const texts = [...presets.map(({ text }) => text), "L = x", "L = 2*x**3 + x*y*z/exp(x)", longest];
const graphs = [...texts, ...seeds.map((seed) => randomFormula(seed).text)].map((text, i) => ({
  graph: graphOf(text),
  name: i < texts.length ? text : `seed ${i - texts.length}`,
}));
const directions: readonly Direction[] = ["right", "down"];

/** Every graph, in both directions. */
function all(see: (graph: Graph, layout: Layout, name: string) => void): void {
  for (const direction of directions)
    for (const { graph, name } of graphs) see(graph, columns(graph, direction), `${name}, ${direction}`);
}

it("puts no card on another, and none outside the picture", () => {
  all((graph, layout, name) => {
    const boxes = graph.nodes.map((node) => {
      const { card, circle } = layout.places[node.id];
      const { width, height } = boxSize(node, layout.direction);
      const [x, y] = [
        Math.min(card.x - layout.places[node.id].width / 2, (circle?.x ?? Infinity) - radius),
        Math.min(card.y - layout.places[node.id].height / 2, (circle?.y ?? Infinity) - radius),
      ];
      return { x, y, right: x + width, bottom: y + height };
    });
    boxes.forEach((a, i) => {
      expect([a.x >= 0, a.y >= 0, a.right <= layout.width, a.bottom <= layout.height], name).toEqual([
        true,
        true,
        true,
        true,
      ]);
      for (const b of boxes.slice(i + 1))
        expect(a.x < b.right - 1 && b.x < a.right - 1 && a.y < b.bottom - 1 && b.y < a.bottom - 1, name).toBe(false);
    });
  });
});

it("leads an edge from each input's card to the op's circle", () => {
  all((graph, layout, name) => {
    const ways = graph.nodes.flatMap(({ id, inputs }) => inputs.map((from, place) => `${from} ${id} ${place}`));
    expect(layout.ways.map(({ from, to, place }) => `${from} ${to} ${place}`).sort(), name).toEqual(ways.sort());
    for (const { from, to, points } of layout.ways) {
      expect(points.length % 3, name).toBe(1);
      const [a, b] = [layout.places[from], layout.places[to]];
      const [start, end] = [points[0], points[points.length - 1]];
      if (layout.direction === "right") {
        expect(Math.abs(start.x - (a.card.x + a.width / 2)), name).toBeLessThan(4);
        expect(Math.abs(end.y - (b.circle?.y ?? 0)), name).toBeLessThan(4);
      } else expect(Math.abs(start.y - (a.card.y + a.height / 2)), name).toBeLessThan(4);
      expect(Math.hypot(end.x - (b.circle?.x ?? 0), end.y - (b.circle?.y ?? 0)), name).toBeLessThan(radius + 4);
    }
  });
});

it("leads no edge over a card that is not its own", () => {
  all((graph, { ways, places }, name) => {
    for (const { from, to, points } of ways)
      for (let part = 0.02; part < 1; part += 0.04) {
        const { x, y } = pointAt(points, part);
        const under = places.findIndex(
          ({ card, width, height }) => Math.abs(x - card.x) < width / 2 && Math.abs(y - card.y) < height / 2,
        );
        if (under >= 0 && under !== from && under !== to)
          throw new Error(`${name}: the edge from ${graph.nodes[from].label} runs over ${graph.nodes[under].label}`);
      }
  });
});

it("crosses no edges of a tree, and few of others", () => {
  const crossingsOf = ({ nodes }: Graph) => crossings(rankedOf(nodes).ranks);
  for (const { text } of presets) expect([text, crossingsOf(graphOf(text))]).toEqual([text, 0]);
  // A formula uses its three leaves and its results many times; a planar picture is mostly impossible.
  const counts = seeds.map((seed) => crossingsOf(graphOf(randomFormula(seed).text)));
  expect(counts.reduce((sum, count) => sum + count, 0) / counts.length).toBeLessThan(2.5);
});

it("keeps the two edges of a + a apart", () => {
  const graph = graphOf("b = a + a; L = b*b");
  for (const direction of directions) {
    const [one, other] = columns(graph, direction).ways.map(({ points }) => pointAt(points, 0.5));
    expect(Math.hypot(one.x - other.x, one.y - other.y)).toBeGreaterThan(24);
  }
});

it("moves positions as little as their order and distances allow", () => {
  expect(spread([0, 100], [1, 1], [20])).toEqual([0, 100]);
  expect(spread([50, 50], [1, 1], [20])).toEqual([40, 60]);
  expect(spread([50, 50], [3, 1], [20])).toEqual([45, 65]);
  expect(spread([10, 0, 5], [1, 1, 1], [10, 10])).toEqual([-5, 5, 15]);
});

it("goes from the inputs to the result, as written", () => {
  const graph = graphOf("L = tanh(x1*w1 + x2*w2 + b)");
  const rightwards = columns(graph, "right").places;
  const leaves = graph.leaves.slice(0, 4).map(({ id }) => rightwards[id].card);
  expect(leaves.map(({ y }) => y)).toEqual(leaves.map(({ y }) => y).sort((a, b) => a - b));
  for (const { id, inputs } of graph.nodes)
    for (const input of inputs) expect(rightwards[input].card.x).toBeLessThan(rightwards[id].card.x);
});

it("draws edges as SVG", () => {
  const points = [
    { x: 0, y: 0 },
    { x: 10, y: 0 },
    { x: 20, y: 0 },
    { x: 30, y: 0 },
  ];
  expect(pathOf(points)).toBe("M0.0 0.0C10.0 0.0 20.0 0.0 30.0 0.0");
  expect(pointAt(points, 0)).toEqual(points[0]);
  expect(pointAt(points, 1)).toEqual(points[3]);
  expect(pointAt(points, 0.5)).toEqual({ x: 15, y: 0 });
  // The second curve is twice as long: half of the way lies in it.
  const longer = [...points, { x: 50, y: 0 }, { x: 70, y: 0 }, { x: 90, y: 0 }];
  expect(pointAt(longer, 1 / 3)).toEqual({ x: 30, y: 0 });
  expect(pointAt(longer, 2 / 3)).toEqual({ x: 60, y: 0 });
  expect(arrowhead(points, 10)).toBe("M30.0 0.0L20.0 -4.5L20.0 4.5Z");
});

it("shows the whole graph where it can be read, and scrolls no farther than to the current step", () => {
  const layout = columns(graphOf(longest), "right");
  const box = { width: 800, height: 300 };
  expect(wholeScale(layout, box)).toBeLessThan(0.2);
  expect(readableScale(layout, box)).toBe(0.66);
  const small = columns(graphOf("L = x*y"), "right");
  expect(readableScale(small, box)).toBe(Math.min(1.6, wholeScale(small, box)));
  expect(readableScale(small, { width: 0, height: 0 })).toBe(1);
  // [0, 300] is seen.
  expect(scrolled(0, 300, [50, 150])).toBe(0);
  expect(scrolled(0, 300, [350, 450])).toBe(166);
  expect(scrolled(400, 300, [350, 450])).toBe(334);
  expect(scrolled(0, 300, [350, 900])).toBe(334);
  // The point under the pointer stays: at 100 of the box, 250 of the picture, which becomes 500.
  expect(zoomed(150, 100, 2)).toBe(400);
});

it("lets a change flow to all that follows from it, and to nothing else", () => {
  const { nodes, root } = graphOf("p = a*b; q = b + c; L = p*q");
  const { ways } = columns({ nodes, root, leaves: [] }, "right");
  const edge = (from: number, to: number) => `${nodes[from].label} ${nodes[to].label}`;
  const id = (name: string) => nodes.findIndex(({ label }) => label === name);
  const run = (from: string, kind: "forward" | "backward") =>
    pulsesOf(ways, [id(from)], kind).map(({ way, start }) => `${edge(way.from, way.to)} ${start}`);
  expect(run("a", "forward")).toEqual(["a p 0", "p L 1"]);
  expect(run("b", "forward").sort()).toEqual(["b p 0", "b q 0", "p L 1", "q L 1"]);
  expect(run("L", "backward").sort()).toEqual(["a p 1", "b p 1", "b q 1", "c q 1", "p L 0", "q L 0"]);
});
