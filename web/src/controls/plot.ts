// Where the lines, ticks and words of a chart go, in pixels: the arithmetic of Curve.svelte.
import { extent, nice, tickStep, ticks } from "d3-array";
import { line } from "d3-shape";

export interface Tick {
  readonly at: number;
  readonly text: string;
}

export interface Plot {
  /** Where the lines begin: left of it are the words of y. */
  readonly left: number;
  readonly rows: readonly Tick[];
  readonly columns: readonly Tick[];
  /** As SVG's d, one for each line. */
  readonly paths: readonly string[];
}

const margin = { left: 44, right: 8, top: 8, bottom: 26 };
/** Pixels between two ticks, about. */
const apart = { x: 90, y: 38 };

type List = readonly (number | null)[];

/** `data`: x first, then one list for each line. */
export function plotOf(
  [xs = [], ...lists]: readonly List[],
  { width, height, range }: { width: number; height: number; range?: readonly [number, number] | undefined },
): Plot {
  const [x0, x1] = endsOf([xs]);
  const yEnds = range ?? endsOf(lists);
  const count = Math.max(2, Math.round(height / apart.y));
  const [y0, y1] = range ?? nice(yEnds[0], yEnds[1], count);
  const across = (x: number) => margin.left + ((x - x0) / (x1 - x0)) * (width - margin.left - margin.right);
  const up = (y: number) => height - margin.bottom - ((y - y0) / (y1 - y0)) * (height - margin.top - margin.bottom);
  const path = line<number>(
    (i) => across(xs[i] ?? 0),
    (i) => i,
  );
  const wide = Math.max(1, Math.round(width / apart.x));
  const hasX = xs.length > 0;
  return {
    left: margin.left,
    rows: ticks(y0, y1, count).map((y) => ({ at: up(y), text: written(y, tickStep(y0, y1, count)) })),
    columns: hasX ? ticks(x0, x1, wide).map((x) => ({ at: across(x), text: written(x, tickStep(x0, x1, wide)) })) : [],
    paths: lists.map((list) => {
      const known = [...list.keys()].filter((i) => Number.isFinite(list[i] ?? Number.NaN));
      return path.y((i) => up(clamp(list[i] ?? 0, y0, y1)))(known) ?? "";
    }),
  };
}

const clamp = (y: number, low: number, high: number): number => Math.max(low, Math.min(high, y));

/** From the least to the largest, apart from each other in any case. */
function endsOf(lists: readonly List[]): [number, number] {
  const finite = lists.flat().filter((x) => x !== null && Number.isFinite(x));
  const [low, high] = extent(finite, Number);
  if (low === undefined || high === undefined) return [0, 1];
  return low === high ? [low, low + Math.max(1, Math.abs(low))] : [low, high];
}

/** With as many digits as the step needs. */
function written(x: number, step: number): string {
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return x.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
