// The course of the training: loss and accuracy over the epochs as charts, their meaning in words, and the numbers as a table.

import { thousands } from "../wording.ts";
import { type Chart, drawChart } from "./chart.ts";
import { type Content, html, type Markup } from "./markup.ts";
import type { Curves, EpochPoint, Score, StepPoint } from "./report-data.ts";
import { type Spot, smooth } from "./smooth.ts";
import { decimal, duration, percent } from "./wording.ts";

export function curves({ stepsPerEpoch, steps, epochs: all }: Curves): {
  readonly note: Content;
  readonly body: Markup;
} {
  if (steps.length === 0 && all.length === 0)
    return { note: null, body: html`<p>No steps were taken, so there is nothing to draw.</p>` };
  const epochs = thin(all);
  const last = Math.max(
    1,
    all.length,
    Math.ceil(Math.max(0, ...steps.slice(-1).map(({ step }) => step)) / stepsPerEpoch),
  );
  const draw = (what: keyof Score, chart: Pick<Chart, "title" | "band" | "note" | "axis" | "limits" | "format">) => {
    const spots = (pick: (point: StepPoint) => number | undefined) =>
      steps.flatMap((point): Spot[] => {
        const y = pick(point);
        return y === undefined || !Number.isFinite(y) ? [] : [{ x: point.step / stepsPerEpoch, y }];
      });
    return drawChart({
      ...chart,
      epochs: last,
      description: describe(chart.title, epochs, (score) => chart.format(score[what])),
      steps: smooth(spots((point) => point[what])),
      // The mean over an epoch is drawn at its middle, and the validation after it at its end.
      training: epochs.map(({ epoch, training }) => ({ x: epoch - 0.5, y: training[what] })),
      validation: epochs.flatMap(({ epoch, validation }) =>
        validation === null ? [] : [{ x: epoch, y: validation[what] }],
      ),
      tips: epochs.map((point) => ({ x: point.epoch, content: tip(point, (score) => precise[what](score[what])) })),
    });
  };
  const validated = epochs.some(({ validation }) => validation !== null);
  return {
    note: html`<p>${lesson(all)}</p>`,
    body: html`${legend(validated, steps.length > 16)}
<div class="charts">
${draw("loss", { title: "Loss", band: true, note: "lower is better", axis: "logarithmic", limits: [0, Infinity], format: short })}
${draw("accuracy", { title: "Accuracy", band: false, note: "higher is better", axis: "linear", limits: [0, 1], format: (y) => `${Number((100 * y).toFixed(2))} %` })}
</div>
${table(epochs, validated)}`,
  };
}

/** The number of epochs in the table and the charts; of more, the last one and every n-th before it are shown. */
const maxEpochs = 500;

function thin(epochs: readonly EpochPoint[]): readonly EpochPoint[] {
  const every = Math.ceil(epochs.length / maxEpochs);
  return epochs.filter((_, i) => (epochs.length - 1 - i) % every === 0);
}

const short = (y: number) => String(Number(y.toPrecision(3)));
const precise = { loss: decimal, accuracy: (y: number) => percent(y, 2) } as const;

function describe(title: string, epochs: readonly EpochPoint[], say: (score: Score) => string): string {
  const [first, last] = [epochs[0], epochs[epochs.length - 1]];
  if (first === undefined) return `${title} over the first epoch`;
  const unseen = first.validation !== null && last.validation !== null;
  const rest = unseen ? `, validation from ${say(first.validation)} to ${say(last.validation)}` : "";
  return `${title} by epoch: training from ${say(first.training)} to ${say(last.training)}${rest}`;
}

/** The meaning of the training and validation curves in words. */
function lesson(epochs: readonly EpochPoint[]): Content {
  const unseen = epochs.flatMap(({ epoch, validation }) => (validation === null ? [] : [{ epoch, ...validation }]));
  if (unseen.length === 0)
    return "No pictures were set aside for validation, so the curves cannot show overfitting: how much the net has only memorised.";
  const best = unseen.reduce((a, b) => (b.loss < a.loss ? b : a));
  const reached = html`Validation loss was lowest after epoch ${best.epoch}: ${decimal(best.loss)}.`;
  const last = epochs[epochs.length - 1];
  const apart =
    last.validation === null
      ? null
      : html` In the last epoch the net was right on ${percent(last.training.accuracy)} of the training pictures and ${percent(last.validation.accuracy)} of the validation pictures.`;
  if (unseen.length === 1) return html`${reached}${apart}`;
  return best.epoch === unseen[unseen.length - 1].epoch
    ? html`${reached} It was still falling at the end: more epochs may help.${apart}`
    : html`${reached} After that it no longer fell: the net got no better on pictures that it had not learned from.${apart}`;
}

function tip({ epoch, training, validation }: EpochPoint, say: (score: Score) => string): Content {
  return html`<b>epoch ${epoch}</b><span>training ${say(training)}</span>${validation === null ? null : html`<span>validation ${say(validation)}</span>`}`;
}

function legend(validated: boolean, smoothed: boolean): Markup {
  const key = (kind: string, words: string) => html`<li><i class="key ${kind}"></i>${words}</li>`;
  return html`<ul class="legend">
${key("steps", smoothed ? "training, smoothed over batches; the band holds the loss of 8 in 10 batches" : "training, batch by batch")}
${key("ring", "training, mean of the epoch")}
${validated ? key("unseen", "validation, after the epoch") : null}
</ul>`;
}

function table(epochs: readonly EpochPoint[], validated: boolean): Content {
  if (epochs.length === 0) return null;
  const cells = (score: Score | null) =>
    score === null
      ? html`<td></td><td></td>`
      : html`<td>${decimal(score.loss)}</td><td>${percent(score.accuracy, 2)}</td>`;
  const heads = (part: string) => html`<th scope="col">${part} loss</th><th scope="col">${part} accuracy</th>`;
  return html`<details><summary>The numbers</summary>
<div class="scroll" tabindex="0" role="region" aria-label="Loss and accuracy by epoch"><table class="numbers">
<thead><tr><th scope="col">epoch</th>${heads("training")}${validated ? heads("validation") : null}<th scope="col">time</th></tr></thead>
<tbody>${epochs.map(
    ({ epoch, training, validation, seconds }) =>
      html`<tr><th scope="row">${thousands(epoch)}</th>${cells(training)}${validated ? cells(validation) : null}<td>${duration(seconds)}</td></tr>
`,
  )}</tbody>
</table></div></details>`;
}
