// The places of cards, by Graphviz and by plain columns: no card lies on another, and every edge goes from its input to its op.
import { instance } from "@viz-js/viz";
import { beforeAll, expect, it } from "vitest";
import { parse } from "../src/neuron/expression.ts";
import { build, type Graph } from "../src/neuron/graph.ts";
import { layoutOf, question } from "../src/neuron/graphviz.ts";
import { boxSize, columns, type Direction, type Layout, radius } from "../src/neuron/layout.ts";
import { presets } from "../src/neuron/presets.ts";
import { arrowhead, pathOf, pointAt } from "../src/neuron/ways.ts";

const graphs = [...presets.map(({ text }) => text), "L = x", "L = 2*x**3 + x*y*z/exp(x)"].map((text) =>
  build(parse(text), {}, text),
);
const directions: readonly Direction[] = ["right", "down"];
type Laying = (graph: Graph, direction: Direction) => Layout;
const layings: [string, Laying][] = [["columns", columns]];
beforeAll(async () => {
  const viz = await instance();
  layings.push([
    "Graphviz",
    (graph, direction) => layoutOf(graph, direction, viz.renderJSON(question(graph, direction), { yInvert: true })),
  ]);
});

/** Every graph, in both directions, by both layouts. */
function all(see: (graph: Graph, layout: Layout, name: string) => void): void {
  for (const [by, laying] of layings)
    for (const direction of directions)
      for (const graph of graphs) see(graph, laying(graph, direction), `${graph.root.label} by ${by}, ${direction}`);
  expect(layings.length).toBe(2);
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

it("keeps the two edges of a + a apart", () => {
  const graph = graphs[1];
  for (const [, laying] of layings)
    for (const direction of directions) {
      const [one, other] = laying(graph, direction).ways.map(({ points }) => pointAt(points, 0.5));
      expect(Math.hypot(one.x - other.x, one.y - other.y)).toBeGreaterThan(24);
    }
});

it("goes from the inputs to the result, as written", () => {
  const rightwards = columns(graphs[0], "right").places;
  const leaves = graphs[0].leaves.slice(0, 4).map(({ id }) => rightwards[id].card);
  expect(leaves.map(({ y }) => y)).toEqual(leaves.map(({ y }) => y).sort((a, b) => a - b));
  for (const { id, inputs } of graphs[0].nodes)
    for (const input of inputs) expect(rightwards[input].card.x).toBeLessThan(rightwards[id].card.x);
});

it("reads no text of the formula as DOT", () => {
  const text = "größe = 2; L = größe*x";
  const { nodes } = question(build(parse(text), {}, text), "right");
  expect(nodes.map(({ name }) => name)).toEqual(["0", "1", "2"]);
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
  expect(arrowhead(points, 10)).toBe("M30.0 0.0L20.0 -4.5L20.0 4.5Z");
});
