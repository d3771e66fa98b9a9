// Draws docs/scaling.svg from bench/scaling.json: the share of the physical limit that chainrule's training steps reach, as small multiples.
// Dots are measurements, thin lines are the straight-line model of scaling-report.js. The file has colours for light and dark pages.
//
//   node bench/scaling-chart.js      draws the chart again
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { scaleLinear, scaleLog } from "d3-scale";
import { line } from "d3-shape";
import { axes, nets } from "./scaling-points.js";
import { linesOf } from "./scaling-report.js";

const panel = { width: 250, height: 170, between: 34 };
const margin = { left: 58, top: 84, right: 20, bottom: 40 };
const rowHeight = panel.height + 84;
const inks = ["one", "two", "more"];
const style = `
  :root { --paper: #fbfaf7; --ink: #1c1b19; --quiet: #66625b; --rule: #e3dfd7; --one: #1f66b8; --two: #b5440e; --more: #1c1b19; }
  @media (prefers-color-scheme: dark) {
    :root { --paper: #141311; --ink: #f1eee8; --quiet: #a6a198; --rule: #35322d; --one: #78b0f4; --two: #f59a66; --more: #f1eee8; }
  }
  text { font: 12px -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif; fill: var(--quiet); font-variant-numeric: tabular-nums; }
  .title { font-size: 17px; font-weight: 650; fill: var(--ink); }
  .net { font-size: 13px; font-weight: 650; fill: var(--ink); }
  .end { text-anchor: end; } .middle { text-anchor: middle; }
  .paper { fill: var(--paper); } .grid { stroke: var(--rule); } .measured, .model { fill: none; }
  .measured { stroke-width: 2; } .model { stroke-width: 1; stroke-dasharray: 2 3; }
  ${inks.map((ink) => `.${ink} { stroke: var(--${ink}); } .dot.${ink} { fill: var(--${ink}); stroke: var(--paper); }`).join("\n  ")}`;

const shown = { mlp: "MLP 784-width-10", conv: "Convolutional net, 3×32×32" };

export function scalingChart(figures) {
  const rows = Object.keys(nets).filter((net) => figures.points.some((point) => point.net === net));
  const width = margin.left + axes.length * (panel.width + panel.between) - panel.between + margin.right;
  const height = margin.top + rows.length * rowHeight + margin.bottom - 44;
  const legend = figures.limits.map(({ threads }, i) => {
    const x = margin.left + 130 * i;
    const words = { 1: "one thread", 2: "two threads" }[threads] ?? `${threads} threads`;
    return `<path class="measured ${inkOf(i)}" d="M${x},50h22"/><circle class="dot ${inkOf(i)}" cx="${x + 11}" cy="50" r="4"/><text x="${x + 30}" y="54">${words}</text>`;
  });
  const model = margin.left + 130 * figures.limits.length;
  const panels = rows.flatMap((net, row) =>
    axes.map((axis, column) => {
      const at = [margin.left + column * (panel.width + panel.between), margin.top + row * rowHeight];
      return panelOf(linesOf(figures, net, axis), { net, axis, at, first: column === 0 });
    }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title about">
<title id="title">Share of the physical limit that training steps reach</title>
<desc id="about">${descriptionOf(figures, rows)}</desc>
<style>${style}</style>
<rect class="paper" width="${width}" height="${height}" rx="8"/>
<text class="title" x="${margin.left}" y="30">Share of the limit, by batch, width and depth</text>
${legend.join("\n")}
<path class="model more" d="M${model},50h22"/><text x="${model + 30}" y="54">a + b · operations</text>
${panels.join("\n")}
</svg>
`;
}

const inkOf = (i) => inks[Math.min(i, inks.length - 1)];

function panelOf(each, { net, axis, at: [left, top], first }) {
  if (each.length === 0) return "";
  const values = each[0].spots.map(({ point }) => point[axis]);
  const x = scaleLog([values[0], values.at(-1)], [8, panel.width - 8]).base(2);
  const y = scaleLinear([0, 1], [panel.height, 0]);
  const curve = (key) =>
    line(
      ({ point }) => x(point[axis]),
      (spot) => y(Math.min(1, spot[key])),
    ).digits(1);
  const others = axes.filter((other) => other !== axis).map((other) => `${other} ${nets[net].base[other]}`);
  // There is no room for more than 7 labels: of more values every second one is labelled.
  const labelled = values.filter((_, i) => values.length < 8 || i % 2 === 0);
  return `<g transform="translate(${left},${top + 40})">
${first ? `<text class="net" x="0" y="-26">${shown[net]}</text>` : ""}
<text x="0" y="-9">${axis}, at ${others.join(" and ")}</text>
${y
  .ticks(4)
  .map((tick) => {
    const label = first ? `<text class="end" x="-8" y="${y(tick) + 4}">${Math.round(100 * tick)} %</text>` : "";
    return `<path class="grid" d="M0,${y(tick)}h${panel.width}"/>${label}`;
  })
  .join("\n")}
${labelled.map((value) => `<text class="middle" x="${x(value).toFixed(1)}" y="${panel.height + 18}">${value}</text>`).join("")}
${each
  .map(({ spots }, i) => {
    const dots = spots.map((spot) => {
      const [cx, cy] = [x(spot.point[axis]), y(Math.min(1, spot.share))];
      return `<circle class="dot ${inkOf(i)}" cx="${cx.toFixed(1)}" cy="${cy.toFixed(1)}" r="4"/>`;
    });
    return `<path class="model ${inkOf(i)}" d="${curve("modelled")(spots)}"/><path class="measured ${inkOf(i)}" d="${curve("share")(spots)}"/>${dots.join("")}`;
  })
  .join("\n")}
</g>`;
}

/** The text alternative of the chart, for readers who do not see it. */
function descriptionOf(figures, rows) {
  const sentences = rows.flatMap((net) =>
    axes.flatMap((axis) =>
      linesOf(figures, net, axis).map(({ threads, spots }) => {
        const [low, high] = [spots[0], spots.at(-1)];
        const part = ({ point, share }) => `${Math.round(100 * share)} % at ${axis} ${point[axis]}`;
        return `${shown[net]}, threads: ${threads}: ${part(low)}, ${part(high)}.`;
      }),
    ),
  );
  return sentences.join(" ");
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const figures = JSON.parse(readFileSync(new URL("scaling.json", import.meta.url), "utf8"));
  writeFileSync(new URL("../docs/scaling.svg", import.meta.url), scalingChart(figures));
}
