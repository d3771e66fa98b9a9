// The places of a chart's lines, ticks and labels, in pixels: the arithmetic of Curve.svelte.
import { bisectCenter } from "d3-array";
import { line } from "d3-shape";
import { type List, type Scale, type ScaleChoice, type ScaleKind, scaleOf } from "./scale.ts";

/** The list of x, then one list for each line; null where a line has no value yet. */
export type Data = readonly List[];

export interface Tick {
  readonly at: number;
  readonly text: string;
}

/** The values at one x, with their places. */
export interface Reading {
  readonly x: number;
  readonly at: number;
  /** One for each line; null where it has no finite value. */
  readonly values: readonly ({ readonly value: number; readonly at: number } | null)[];
}

export interface Plot {
  /** The ends of the lines' place: labels of y stand left of it, labels of x below it. */
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly kind: ScaleKind;
  readonly rows: readonly Tick[];
  readonly columns: readonly Tick[];
  /** SVG path data, one string for each line. */
  readonly paths: readonly string[];
  /** The same for each earlier run. */
  readonly ghosts: readonly (readonly string[])[];
  /** x as a place. */
  readonly across: (x: number) => number;
  /** The index of the x nearest to a place; null without values. */
  readonly nearest: (at: number) => number | null;
  readonly reading: (index: number) => Reading | null;
}

export interface Options {
  readonly width: number;
  readonly height: number;
  /** The size of the labels' letters in pixels. */
  readonly em?: number;
  readonly range?: readonly [number, number] | undefined;
  readonly scale?: ScaleChoice | undefined;
  readonly ghosts?: readonly Data[] | undefined;
  /** The room, in pixels, that the name of x takes at the right end below the lines. */
  readonly nameWidth?: number;
  readonly locale?: string | undefined;
}

/** The wanted distance between two ticks, in pixels for letters of 12 pixels. */
const tickDistance = { x: 84, y: 34 };

export function plotOf([xs = [], ...lists]: Data, options: Options): Plot {
  const { width, height, em = 12, range, scale, ghosts = [], nameWidth = 0, locale } = options;
  const unit = em / 12;
  const margin = { left: 44 * unit, right: 10 * unit, top: 8 * unit, bottom: 22 * unit };
  const allXs = [xs, ...ghosts.map(([own = []]) => own)];
  const hasX = allXs.some(({ length }) => length > 0);
  const xScale = scaleOf(allXs, { count: Math.max(1, Math.round(width / (tickDistance.x * unit))), locale });
  const yScale = scaleOf([...lists, ...ghosts.flatMap(([, ...own]) => own)], {
    choice: scale,
    range,
    count: Math.max(2, Math.round(height / (tickDistance.y * unit))),
    rounded: true,
    locale,
  });
  const [right, bottom] = [width - margin.right, height - margin.bottom];
  const across = (x: number) => margin.left + xScale.share(x) * (right - margin.left);
  const up = (y: number) => bottom - yScale.share(y) * (bottom - margin.top);
  const pathsOf = ([own = [], ...values]: Data) => values.map((list) => pathOf(own, list, across, up));
  const tickPlaces = (of: Scale, place: (x: number) => number): Tick[] =>
    of.ticks.map(({ value, text }) => ({ at: place(value), text }));
  return {
    left: margin.left,
    right,
    bottom,
    kind: yScale.kind,
    rows: tickPlaces(yScale, up),
    columns: hasX ? tickPlaces(xScale, across).filter(({ at }) => at <= right + 1 - nameWidth) : [],
    paths: pathsOf([xs, ...lists]),
    ghosts: ghosts.map(pathsOf),
    across,
    nearest: (at) => {
      const x = xScale.ends[0] + ((at - margin.left) / (right - margin.left)) * (xScale.ends[1] - xScale.ends[0]);
      return xs.length === 0 ? null : bisectCenter(xs as readonly number[], x);
    },
    reading: (index) => {
      const x = xs[index];
      if (x === undefined || x === null) return null;
      const values = lists.map((list) => {
        const value = list[index] ?? Number.NaN;
        return Number.isFinite(value) ? { value, at: up(value) } : null;
      });
      return { x, at: across(x), values };
    },
  };
}

function pathOf(xs: List, list: List, across: (x: number) => number, up: (y: number) => number): string {
  const finiteIndices = [...list.keys()].filter((i) => Number.isFinite(list[i] ?? Number.NaN));
  return (
    line<number>(
      (i) => across(xs[i] ?? 0),
      (i) => up(list[i] ?? 0),
    ).digits(1)(finiteIndices) ?? ""
  );
}
