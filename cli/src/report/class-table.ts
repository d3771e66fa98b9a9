// Precision, recall, F1 and support of each class.

import { thousands } from "../wording.ts";
import { type Content, html, type Markup } from "./markup.ts";
import type { ReportData } from "./report-data.ts";
import type { ClassScore, Scores } from "./scores.ts";
import { percent } from "./wording.ts";

/** Above this many classes the table is sorted by F1, so that the weak classes come first. */
const maxUnsortedClasses = 20;

export function classTable({ classes }: ReportData, { classes: scores, mixups }: Scores): Markup {
  const worst = (score: ClassScore) => score.f1 ?? 2;
  // mixups has the commonest first, and a Map keeps the last entry of a key: so the list is reversed.
  const commonest = new Map(mixups.toReversed().map((mixup) => [mixup.truth, mixup]));
  const sorted = scores.length > maxUnsortedClasses;
  const rows = sorted ? [...scores].sort((a, b) => worst(a) - worst(b) || a.index - b.index) : scores;
  return html`<p class="caption" id="by-class">${sorted ? "The classes with the lowest F1 come first." : null} Precision: how often the net is right when it answers this class. Recall: how many pictures of this class it finds. F1: the harmonic mean of both. Support: how many pictures of this class there are.</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="by-class"><table class="numbers classes" aria-labelledby="by-class">
<thead><tr><th scope="col">class</th><th scope="col">precision</th><th scope="col">recall</th><th scope="col">F1</th><th scope="col">support</th><th scope="col" class="words">most often taken for</th></tr></thead>
<tbody>${rows.map((score) => {
    const mixup = commonest.get(score.index);
    const taken = mixup === undefined ? null : html`${classes[mixup.answer]} <small>${percent(mixup.share)}</small>`;
    return html`<tr><th scope="row"><span title="${classes[score.index]}">${classes[score.index]}</span></th>${meter(score.precision)}${meter(score.recall)}${meter(score.f1)}<td>${thousands(score.support)}</td><td class="words">${taken}</td></tr>
`;
  })}</tbody>
</table></div>`;
}

function meter(share: number | null): Content {
  if (share === null) return html`<td>–</td>`;
  return html`<td class="meter" style="--share:${share.toFixed(4)}">${percent(share)}</td>`;
}
