// The confusion matrix as a shaded table of numbers: blue where the net is right, orange where it is wrong. Blue and orange differ for
// every kind of colour-blindness, and the place on the diagonal says the same. Wrong cells have a scale of their own, which ends at the
// worst of them: otherwise everything but the diagonal would be white for a good net.

import { brief, thousands } from "../wording.ts";
import { type Content, html, type Markup } from "./markup.ts";
import type { ReportData } from "./report-data.ts";
import type { Mixup, Scores } from "./scores.ts";
import { percent, times } from "./wording.ts";

const shades = 7;
const maxListedMixups = 8;
/** Above this many classes the matrix would be too large to read: then it shows the classes that are confused most. */
const maxClasses = 150;
const confusedClassesShown = 60;

export function confusion({ classes, test }: ReportData, { mixups, classes: byClass }: Scores): Markup {
  const worst = mixups.reduce((largest, { share }) => Math.max(largest, share), 0);
  const shown = classesShown(classes.length, mixups);
  const support = byClass.map((score) => score.support);
  const cell = (truth: number, answer: number, n: number): Markup => {
    if (n === 0) return truth === answer ? html`<td class="r0">0</td>` : html`<td></td>`;
    const share = n / support[truth];
    const kind = truth === answer ? `r${shade(share, 1)}` : `w${shade(share, worst)}`;
    const said = truth === answer ? "recognised" : `taken for ${brief(classes[answer])}`;
    return html`<td class="${kind}" title="${brief(classes[truth])} ${said}: ${times(n)}, ${percent(share)}">${n}</td>`;
  };
  const size = shown.length <= 12 ? "roomy" : shown.length <= 30 ? "close" : "dense";
  const upright = classes.every((name) => name.length <= 3) ? "" : " slanted";
  return html`<div class="confusion">
<div>
<p class="caption" id="matrix">Each row is a true class, each column an answer of the net. An empty cell means never.${shown.length < classes.length ? ` Of ${thousands(classes.length)} classes, the ${thousands(shown.length)} that are confused most.` : null}</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="matrix"><table class="matrix ${size}${upright}" aria-labelledby="matrix">
<thead><tr><th class="corner" scope="col"><span>is</span> <span>says</span></th>${shown.map((answer) => html`<th scope="col" title="${classes[answer]}"><span>${classes[answer]}</span></th>`)}</tr></thead>
<tbody>${shown.map(
    (truth) =>
      html`<tr><th scope="row" title="${classes[truth]}"><span>${classes[truth]}</span></th>${shown.map((answer) => cell(truth, answer, test.confusion[truth][answer]))}</tr>
`,
  )}</tbody>
</table></div>
${scale(worst)}
</div>
${commonest(mixups, classes)}
</div>`;
}

function classesShown(classes: number, mixups: readonly Mixup[]): number[] {
  const all = Array.from({ length: classes }, (_, index) => index);
  if (classes <= maxClasses) return all;
  const confused = new Float64Array(classes);
  for (const { truth, answer, count: n } of mixups) {
    confused[truth] += n;
    confused[answer] += n;
  }
  const shown = all.sort((a, b) => confused[b] - confused[a] || a - b).slice(0, confusedClassesShown);
  return shown.sort((a, b) => a - b);
}

/** The shade of a cell, 1 … 7: by the square root of its share, so that one picture can be seen beside thirty. */
function shade(share: number, largest: number): number {
  return Math.max(1, Math.round(shades * Math.sqrt(share / largest)));
}

function commonest(mixups: readonly Mixup[], classes: readonly string[]): Content {
  if (mixups.length === 0) return html`<p>Nothing was confused.</p>`;
  const largest = mixups[0].count;
  return html`<div class="mixups"><h3>Most often confused</h3><ol>
${mixups.slice(0, maxListedMixups).map(
  ({
    truth,
    answer,
    count: n,
    share,
  }) => html`<li style="--share:${((100 * n) / largest).toFixed(1)}%"><q>${brief(classes[truth])}</q> taken for <q>${brief(classes[answer])}</q> <small>${times(n)}, ${percent(share)} of them</small></li>
`,
)}</ol></div>`;
}

function scale(worst: number): Content {
  const strip = (kind: string) =>
    html`<i class="strip">${Array.from({ length: shades }, (_, i) => html`<i class="${kind}${i + 1}"></i>`)}</i>`;
  return html`<p class="scale"><span>right ${strip("r")} up to all of a row</span>${worst > 0 ? html`<span>wrong ${strip("w")} up to ${percent(worst)} of a row</span>` : null}</p>`;
}
