// What there is to look at: the pictures that went worst, and what the first layer looks for.
import { html, type Markup } from "./markup.ts";
import { drawPicture, drawWeights } from "./pictures.ts";
import type { Filters, Mistake, ReportData } from "./report-data.ts";
import { count, decimal, percent } from "./wording.ts";

/** Larger pictures are photographs, in which pixels are not meant to be seen. */
const coarse = 64;

export function mistakes({ mistakes: worst, classes, test }: ReportData): Markup {
  if (worst.length === 0) return html`<p>There are no mistakes to show.</p>`;
  const figure = ({ picture, truth, answer, probability, index }: Mistake) => {
    const kind = Math.max(picture.height, picture.width) <= coarse ? "pixels" : "photo";
    const alt = `${test.name} picture ${count(index)}, of class ${classes[truth]}`;
    return html`<figure><img class="${kind}" src="${drawPicture(picture)}" alt="${alt}" title="${alt}"/>
<figcaption><span class="says">says <b title="${classes[answer]}">${classes[answer]}</b></span><span class="is">is <b title="${classes[truth]}">${classes[truth]}</b></span><small>${percent(probability)} sure</small></figcaption></figure>
`;
  };
  return html`<div class="gallery">
${worst.map(figure)}</div>`;
}

export function filters({ name, total, shape, weights }: Filters): Markup {
  const [kept, channels, height, width] = shape;
  const size = height * width;
  const largest = outermost(weights);
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
  const some = kept < total ? `the first ${count(kept)} of ${count(total)}` : `all ${count(total)}`;
  return html`<p class="scale"><span>${decimal(-largest)} <i class="ramp"></i> ${decimal(largest)}</span><span>${name}: ${some}, ${width}×${height}${channels === 3 ? ", for red, green and blue" : ""}</span></p>
<div class="filters${channels > 1 ? " planes" : ""}${size > 200 ? " large" : ""}">
${Array.from({ length: kept }, (_, filter) => figure(filter))}</div>`;
}

/** The size that all but one weight in two hundred stay below: a few that stand out would leave the rest pale. */
function outermost(weights: ArrayLike<number>): number {
  const sizes = Float64Array.from(weights, Math.abs).sort();
  return sizes.length === 0 ? 0 : sizes[Math.min(sizes.length - 1, Math.floor(0.995 * sizes.length))];
}
