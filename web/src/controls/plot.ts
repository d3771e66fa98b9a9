// The places of a chart's lines, ticks and labels, in pixels: the arithmetic of Curve.svelte.
import { extent, nice, tickStep, ticks } from "d3-array";
import { line } from "d3-shape";

export interface Tick {
  readonly at: number;
  readonly text: string;
}

export interface Plot {
  /** x of the left end of the lines; the labels of y stand left of it. */
  readonly left: number;
  readonly rows: readonly Tick[];
  readonly columns: readonly Tick[];
  /** SVG path data, one string for each line. */
  readonly paths: readonly string[];
}

const margin = { left: 44, right: 8, top: 8, bottom: 26 };
/** The wanted distance between two ticks, in pixels. */
const tickDistance = { x: 90, y: 38 };

type List = readonly (number | null)[];

/** Computes the plot of `data`: the list of x, then one list for each line. */
export function plotOf(
  [xs = [], ...lists]: readonly List[],
  { width, height, range }: { width: number; height: number; range?: readonly [number, number] | undefined },
): Plot {
  const [x0, x1] = endsOf([xs]);
  const yEnds = range ?? endsOf(lists);
  const rowCount = Math.max(2, Math.round(height / tickDistance.y));
  const [y0, y1] = range ?? nice(yEnds[0], yEnds[1], rowCount);
  const across = (x: number) => margin.left + ((x - x0) / (x1 - x0)) * (width - margin.left - margin.right);
  const up = (y: number) => height - margin.bottom - ((y - y0) / (y1 - y0)) * (height - margin.top - margin.bottom);
  const path = line<number>(
    (i) => across(xs[i] ?? 0),
    (i) => i,
  );
  const columnCount = Math.max(1, Math.round(width / tickDistance.x));
  const hasX = xs.length > 0;
  return {
    left: margin.left,
    rows: ticks(y0, y1, rowCount).map((y) => ({ at: up(y), text: written(y, tickStep(y0, y1, rowCount)) })),
    columns: hasX
      ? ticks(x0, x1, columnCount).map((x) => ({ at: across(x), text: written(x, tickStep(x0, x1, columnCount)) }))
      : [],
    paths: lists.map((list) => {
      const finiteIndices = [...list.keys()].filter((i) => Number.isFinite(list[i] ?? Number.NaN));
      return path.y((i) => up(clamp(list[i] ?? 0, y0, y1)))(finiteIndices) ?? "";
    }),
  };
}

const clamp = (y: number, low: number, high: number): number => Math.max(low, Math.min(high, y));

/** The smallest and the largest finite number; two equal ends are moved apart, so that the scale is never empty. */
function endsOf(lists: readonly List[]): [number, number] {
  const finite = lists.flat().filter((x) => x !== null && Number.isFinite(x));
  const [low, high] = extent(finite, Number);
  if (low === undefined || high === undefined) return [0, 1];
  return low === high ? [low, low + Math.max(1, Math.abs(low))] : [low, high];
}

/** Formats x with as many decimals as the tick step needs. */
function written(x: number, step: number): string {
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return x.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
