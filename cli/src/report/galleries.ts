// The galleries: the worst mistakes, and the filters of the first layer.

import { fileName, thousands } from "../wording.ts";
import { html, type Markup } from "./markup.ts";
import { drawHeat, drawPicture, drawWeights } from "./pictures.ts";
import type { Filters, Mistake, ReportData } from "./report-data.ts";
import { decimal, percent } from "./wording.ts";

/** Larger pictures are shown as photographs, smoothed; smaller ones with visible pixels. */
const maxPixelatedSide = 64;

export function mistakes({ mistakes: worst, recognised = [], classes, test }: ReportData): Markup {
  const figure = (shown: Mistake) => answered(shown, classes, test.name);
  const wrong =
    worst.length === 0
      ? html`<p>There are no mistakes to show.</p>`
      : html`<div class="gallery">
${worst.map(figure)}</div>`;
  if (![...worst, ...recognised].some(({ heat }) => heat !== undefined)) return wrong;
  return html`<input type="checkbox" id="looked"/> <label for="looked">Show where the net looked for its answer</label>
${wrong}
${
  recognised.length === 0
    ? null
    : html`<h3 class="next">Some that it gets right</h3>
<div class="gallery">
${recognised.map(figure)}</div>`
}`;
}

/** A picture with the net's answer, and, behind the switch of the page, with the heat of where it looked. */
function answered(
  { picture, heat, truth, answer, probability, index, file }: Mistake,
  classes: readonly string[],
  part: string,
) {
  const kind = Math.max(picture.height, picture.width) <= maxPixelatedSide ? "pixels" : "photo";
  const called = file ?? `${part} picture ${thousands(index)}`;
  const alt = `${called}, of class ${classes[truth]}`;
  const name = file === undefined ? null : html`<span class="file" title="${file}">${fileName(file)}</span>`;
  const says = truth === answer ? "is" : "says";
  const hot =
    heat === undefined
      ? null
      : html`<img class="hot" src="${drawHeat(picture, heat)}" alt="where the net saw ${classes[answer]} in ${called}"/>`;
  return html`<figure><img class="${kind}${heat === undefined ? "" : " cold"}" src="${drawPicture(picture)}" alt="${alt}" title="${alt}"/>${hot}
<figcaption><span class="${says}">says <b title="${classes[answer]}">${classes[answer]}</b></span>${truth === answer ? null : html`<span class="is">is <b title="${classes[truth]}">${classes[truth]}</b></span>`}<small>${percent(probability)} sure${name}</small></figcaption></figure>
`;
}

export function filters({ name, total, shape, weights }: Filters): Markup {
  const [shown, channels, height, width] = shape;
  const size = height * width;
  const largest = scaleEnd(weights);
  const planes =
    channels === 3
      ? ["red", "green", "blue"]
      : channels === 1
        ? [""]
        : Array.from({ length: channels }, (_, c) => `channel ${c}`);
  const figure = (filter: number) => html`<figure><div>${planes.map((plane, c) => {
    const start = (filter * channels + c) * size;
    const part = Float64Array.from({ length: size }, (_, i) => weights[start + i]);
    const alt = `filter ${filter}${plane === "" ? "" : `, ${plane}`}`;
    return html`<img class="pixels" src="${drawWeights(part, { width, height, largest })}" alt="${alt}" title="${alt}"/>`;
  })}</div><figcaption>${filter}</figcaption></figure>
`;
  const some = shown < total ? `the first ${thousands(shown)} of ${thousands(total)}` : `all ${thousands(total)}`;
  return html`<p class="scale"><span>${decimal(-largest)} <i class="ramp"></i> ${decimal(largest)}</span><span>${name}: ${some}, ${width}×${height}${channels === 3 ? ", for red, green and blue" : ""}</span></p>
<div class="filters${channels > 1 ? " planes" : ""}${size > 200 ? " large" : ""}">
${Array.from({ length: shown }, (_, filter) => figure(filter))}</div>`;
}

/** The size below which 99.5 % of the weights stay: with a scale up to a few extreme weights, the rest would be pale. */
function scaleEnd(weights: ArrayLike<number>): number {
  const sizes = Float64Array.from(weights, Math.abs).sort();
  return sizes.length === 0 ? 0 : sizes[Math.min(sizes.length - 1, Math.floor(0.995 * sizes.length))];
}
