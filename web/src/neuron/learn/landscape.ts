// The landscape of the result over two leaves: its values on a grid, the contours between levels, and the frame that holds the path.
import { contours } from "d3-contour";
import { learns } from "../formula/roles.ts";
import { resultOf } from "../graph/evaluate.ts";
import type { Graph, GraphNode } from "../graph.ts";

export interface Frame {
  /** The middle, and how far the frame goes to each side, for both leaves alike. */
  readonly middle: readonly [number, number];
  readonly half: number;
}

/** Grid points along each side. */
export const resolution = 56;
const levels = 14;
const firstHalf = 2;

/** A frame around `middle` that holds all points with some room: twice as large as often as it takes. */
export function frameOf(middle: readonly [number, number], points: readonly (readonly [number, number])[]): Frame {
  const farthest = Math.max(
    0,
    ...points
      .flat()
      .map((x, i) => Math.abs(x - middle[i % 2]))
      .filter(Number.isFinite),
  );
  let half = firstHalf;
  while (half * 0.92 < farthest) half *= 2;
  return { middle, half };
}

export interface Band {
  /** SVG path data in grid units, 0 to 1 from left to right and from top to bottom. */
  readonly path: string;
  /** 0 for the lowest band, 1 for the highest. */
  readonly height: number;
}

export interface Landscape {
  readonly bands: readonly Band[];
  /** The lowest and the highest finite value on the grid; null if there is none. */
  readonly range: readonly [number, number] | null;
}

/** The landscape over the leaves with the ids across and up. Points without a finite value count as higher than all others. */
export function landscapeOf(graph: Graph, across: number, up: number, { middle, half }: Frame): Landscape {
  const result = resultOf(graph, [across, up]);
  const values: number[] = [];
  const [x, y] = middle;
  for (let row = 0; row < resolution; row++)
    for (let column = 0; column < resolution; column++) {
      const at = (i: number) => ((2 * (i + 0.5)) / resolution - 1) * half;
      values.push(result(x + at(column), y - at(row)));
    }
  const finite = Float64Array.from(values.filter(Number.isFinite)).sort();
  if (finite.length === 0) return { bands: [], range: null };
  const range = [finite[0], finite[finite.length - 1]] as const;
  // As many grid points in each band: the valley shows its shape however steep the walls are.
  const thresholds = [
    ...new Set(Array.from({ length: levels }, (_, i) => finite[Math.floor((i * finite.length) / levels)])),
  ];
  const above = values.map((value) => (Number.isFinite(value) ? value : range[1] + (range[1] - range[0] || 1)));
  const bands = contours()
    .size([resolution, resolution])
    .thresholds(thresholds)(above)
    .map(({ coordinates }, i) => ({ path: pathOf(coordinates), height: i / (levels - 1) }));
  return { bands, range };
}

function pathOf(polygons: readonly (readonly (readonly (readonly number[])[])[])[]): string {
  const unit = (x: number) => (x / resolution).toFixed(4);
  return polygons
    .flat()
    .map((ring) => `M${ring.map(([x, y]) => `${unit(x)} ${unit(y)}`).join("L")}Z`)
    .join("");
}

/** The two leaves of the axes: those with the wanted names, else the first numbers that learn, else the first leaves; null if there is only one. */
export function axesOf(
  leaves: readonly GraphNode[],
  wanted: readonly [string, string],
): readonly [GraphNode, GraphNode] | null {
  const named = wanted.map((name) => leaves.find(({ label }) => label === name));
  const ranked = [...leaves.filter(({ role }) => learns(role)), ...leaves.filter(({ role }) => !learns(role))];
  const across = named[0] ?? ranked.find((leaf) => leaf !== named[1]);
  const up = named[1] !== across && named[1] !== undefined ? named[1] : ranked.find((leaf) => leaf !== across);
  return across === undefined || up === undefined ? null : [across, up];
}
