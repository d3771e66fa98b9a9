// One chart: lines in SVG, words in HTML. The SVG is stretched to whatever room there is (its strokes are not), while labels are
// ordinary text beside it, so that a phone shows the same chart as a wide screen, in letters of the same size. No script: what
// hovering an epoch shows is there already. Colours are the page's own.
import { scaleLinear, scaleLog } from "d3-scale";
import { area, curveMonotoneX, line } from "d3-shape";
import { type Content, html, type Markup } from "./markup.ts";
import type { Smoothed, Spot } from "./smooth.ts";

export interface Chart {
  readonly title: string;
  readonly note: string;
  /** The chart in a sentence, for who does not see it. */
  readonly description: string;
  /** Logarithmic only where there is more than a decade to show, and nothing that has no logarithm. */
  readonly axis: "logarithmic" | "linear";
  /** What y may be at most and at least, where that is known. */
  readonly limits: readonly [low: number, high: number];
  readonly format: (y: number) => string;
  readonly epochs: number;
  readonly steps: readonly Smoothed[];
  /** Whether to show what the steps spread over. */
  readonly band: boolean;
  readonly training: readonly Spot[];
  readonly validation: readonly Spot[];
  /** By epoch: where it ends, and what to show there. */
  readonly tips: readonly { readonly x: number; readonly content: Content }[];
}

/** The SVG's own units, in both directions. */
const side = 1000;
/** Of more epochs than these, lines say enough; of more than those, a column is too narrow to hit. */
const mostDots = 50;
const mostColumns = 200;

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
    all.length > mostDots ? "" : all.map((spot) => `M${x(spot.x).toFixed(1)},${y.at(spot.y).toFixed(1)}h0`).join("");
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

/** A column an epoch that says its numbers while the pointer is over it. The same numbers stand in a table, for all others. */
function tips({ tips, epochs }: Chart, place: (x: number) => string): Content {
  if (tips.length > mostColumns) return null;
  return tips.map(({ x, content }) => {
    const side = x - 0.5 > epochs / 2 ? "tip left" : "tip";
    return html`<div class="epoch" style="left:${place(x - 1)};width:${place(1)}"><div class="${side}">${content}</div></div>`;
  });
}

interface Scale {
  readonly name: "log" | "linear";
  /** From a value to a place in the SVG, from the top; what is outside of it is cut off. */
  readonly at: (value: number) => number;
}

function yScale({ axis, limits, steps, training, validation }: Chart): { y: Scale; ticks: number[] } {
  const shown = [...steps.map(({ mean }) => mean), ...[...training, ...validation].map(({ y }) => y)];
  // Of a curve that climbs steeply, the first tenth would take up all the room.
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
