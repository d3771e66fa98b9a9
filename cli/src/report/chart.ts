// Draws one chart: lines in SVG, labels in HTML. The SVG is stretched to the room on the page (its strokes are not), while the labels are
// ordinary text beside it, so that a phone shows the same chart as a wide screen, in letters of the same size. There is no script: the
// texts that hovering shows are in the page from the start. Colours come from the style sheet.
import { scaleLinear, scaleLog } from "d3-scale";
import { area, curveMonotoneX, line } from "d3-shape";
import { type Content, html, type Markup } from "./markup.ts";
import type { Smoothed, Spot } from "./smooth.ts";

export interface Chart {
  readonly title: string;
  readonly note: string;
  /** The chart in a sentence, for screen readers. */
  readonly description: string;
  /** The wanted y axis. A logarithmic one is used only where the values span more than a decade and are all positive. */
  readonly axis: "logarithmic" | "linear";
  /** The bounds of y, infinite where there is none. */
  readonly limits: readonly [low: number, high: number];
  readonly format: (y: number) => string;
  readonly epochs: number;
  readonly steps: readonly Smoothed[];
  /** Whether to show the spread of the steps. */
  readonly band: boolean;
  readonly training: readonly Spot[];
  readonly validation: readonly Spot[];
  /** The text of each epoch, shown when the pointer is over it; x is the end of the epoch. */
  readonly tips: readonly { readonly x: number; readonly content: Content }[];
}

/** Units of the SVG, in both directions. */
const side = 1000;
/** Above this many epochs the lines have no dots. */
const maxDots = 50;
/** Above this many epochs there are no columns to hover over: they would be too narrow. */
const maxColumns = 200;

export function drawChart(chart: Chart): Markup {
  const { steps, training, validation, epochs } = chart;
  const x = scaleLinear([0, epochs], [0, side]);
  const { y, ticks } = yScale(chart);
  const logarithmic = y.name === "log";
  const spots = line<Spot>(
    (spot) => x(spot.x),
    (spot) => y.at(spot.y),
  ).digits(1);
  const smoothed = line<Smoothed>(
    (point) => x(point.x),
    (point) => y.at(point.mean),
  )
    .digits(1)
    .curve(curveMonotoneX);
  const band = area<Smoothed>()
    .x((point) => x(point.x))
    .y0((point) => y.at(point.low))
    .y1((point) => y.at(point.high))
    .digits(1)
    .curve(curveMonotoneX);
  const dots = (all: readonly Spot[]) =>
    all.length > maxDots ? "" : all.map((spot) => `M${x(spot.x).toFixed(1)},${y.at(spot.y).toFixed(1)}h0`).join("");
  const percentOf = (place: number) => `${((100 * place) / side).toFixed(2)}%`;
  const marks = x.ticks(Math.min(6, epochs)).filter(Number.isInteger);
  const note = logarithmic ? `${chart.note}, logarithmic` : chart.note;
  return html`<figure class="chart">
<figcaption><b>${chart.title}</b> <span>${note}</span></figcaption>
<div class="plot" role="img" aria-label="${chart.description}">
<div class="ys">${ticks.map((tick) => html`<span style="top:${percentOf(y.at(tick))}">${chart.format(tick)}</span>`)}</div>
<div class="lines">
<svg viewBox="0 0 ${side} ${side}" preserveAspectRatio="none" aria-hidden="true">
<svg y="-6" width="${side}" height="${side + 12}" viewBox="0 -6 ${side} ${side + 12}" preserveAspectRatio="none">
<path class="grid" d="${ticks.map((tick) => `M0,${y.at(tick).toFixed(1)}h${side}`).join("")}"/>
${chart.band ? html`<path class="band" d="${band([...steps])}"/>` : null}
<path class="steps" d="${(steps.length > 0 ? smoothed([...steps]) : spots([...training])) ?? ""}"/>
<path class="unseen" d="${spots([...validation])}"/>
</svg>
<path class="ring" d="${dots(training)}"/><path class="hole" d="${dots(training)}"/>
<path class="full" d="${dots(validation)}"/>
</svg>
${tips(chart, (place) => percentOf(x(place)))}
</div>
<div class="xs">${marks.map((mark) => html`<span style="left:${percentOf(x(mark))}">${mark}</span>`)}</div>
</div>
<p class="axis">epochs</p>
</figure>`;
}

/** A column for each epoch that shows its numbers while the pointer is over it. The page's table has the same numbers. */
function tips({ tips, epochs }: Chart, place: (x: number) => string): Content {
  if (tips.length > maxColumns) return null;
  return tips.map(({ x, content }) => {
    const side = x - 0.5 > epochs / 2 ? "tip left" : "tip";
    return html`<div class="epoch" style="left:${place(x - 1)};width:${place(1)}"><div class="${side}">${content}</div></div>`;
  });
}

interface Scale {
  readonly name: "log" | "linear";
  /** Maps a value to its place in the SVG, from the top; the SVG cuts off places outside of it. */
  readonly at: (value: number) => number;
}

function yScale({ axis, limits, steps, training, validation }: Chart): { y: Scale; ticks: number[] } {
  const shown = [...steps.map(({ mean }) => mean), ...[...training, ...validation].map(({ y }) => y)];
  // On a linear axis the steep first tenth of a curve would take up all the room, so it does not count for the scale.
  const late = steps.slice(Math.floor(steps.length / 10)).map(({ mean }) => mean);
  const settled = [...late, ...[...training, ...validation].map(({ y }) => y)];
  const logarithmic = axis === "logarithmic" && Math.min(...shown) > 0 && Math.max(...shown) > 10 * Math.min(...shown);
  if (logarithmic) {
    const y = scaleLog([Math.min(...shown), Math.max(...shown)], [side, 0]);
    const [low, high] = y.domain().map(Math.log10);
    const decades = Array.from(
      { length: Math.ceil(high) - Math.floor(low) + 1 },
      (_, i) => 10 ** (Math.floor(low) + i),
    );
    const steps = high - low > 3 ? [1] : [1, 2, 5];
    const ticks = decades.flatMap((decade) => steps.map((step) => Number((step * decade).toPrecision(1))));
    return {
      y: { name: "log", at: y },
      ticks: ticks.filter((tick) => tick >= y.domain()[0] && tick <= y.domain()[1]),
    };
  }
  const [low, high] = axis === "linear" ? [Math.min(...settled), limits[1]] : [limits[0], Math.max(...settled)];
  const margin = (high - low || 1) / 20;
  const y = scaleLinear([Math.max(limits[0], low - margin), Math.min(limits[1], high + margin)], [side, 0]);
  return { y: { name: "linear", at: y }, ticks: y.ticks(5) };
}
