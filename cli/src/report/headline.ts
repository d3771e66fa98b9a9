// The top of the report: how good the net is and what it confuses most, in words that need no explanation.

import { brief, counted, thousands } from "../wording.ts";
import { type Content, html, type Markup } from "./markup.ts";
import type { ReportData } from "./report-data.ts";
import { type ClassScore, compare, fewPictures, interval, type Mixup, type Scores } from "./scores.ts";
import { decimal, duration, percent, times } from "./wording.ts";

export function headline(data: ReportData, scores: Scores): Markup {
  const { name } = data.test;
  return html`<header>
<p class="mark">chainrule<span>${data.title}</span>${data.date === undefined ? null : html`<span>${data.date}</span>`}</p>
<div>
<h1>${title(scores, name)}</h1>
<p class="lede">${sentences([
    verdict(scores, { name, classes: data.classes }),
    data.test.copies ?? null,
    confusions(scores.mixups, data.classes),
    unlearned(scores, data.classes) ?? hardest(scores, data.classes),
    outlook(scores),
    guess(scores, data.classes),
  ])}</p>
${facts(data, scores)}
</div>
</header>`;
}

function title({ pictures, right, accuracy }: Scores, name: string): string {
  const all = counted(pictures, `${name} picture`);
  if (pictures === 0) return `No ${name} pictures, so no result`;
  return right === pictures ? `All ${all} recognised` : `${percent(accuracy)} of ${all} recognised`;
}

/** A share in words: "one in 89", "7 in 10". */
function oneIn(part: number, whole: number): string {
  return part <= 0.4 * whole ? `one in ${thousands(whole / part)}` : `${Math.round((10 * part) / whole)} in 10`;
}

function verdict(
  scores: Scores,
  { name, classes }: { readonly name: string; readonly classes: readonly string[] },
): Content {
  const { accuracy, pictures, right } = scores;
  const { standing, avoided } = compare(scores);
  switch (standing) {
    case "no pictures":
      return html`There were no pictures to test the net on.`;
    case "all":
      return html`The net is right on every single one.`;
    case "one class":
      return html`All ${name} pictures are of one class, so this says nothing about the others.`;
    case "no better":
      return html`The net is no better than a guess.`;
    case "unclear":
      return html`The net may be no better than a guess: the difference can be chance.`;
    case "hardly":
      return html`The net is hardly better than a guess.`;
    case "better":
      if (accuracy >= 0.75 && avoided < 0.5)
        return html`The net avoids ${percent(avoided, 0)} of the mistakes of always saying ${quoted(classes[commonestOf(scores)])}.`;
      return html`The net is ${adverb(accuracy)}: ${oneIn(pictures - right, pictures)} ${name} pictures goes wrong.`;
    default:
      return standing satisfies never;
  }
}

/** The class with the most pictures. */
const commonestOf = ({ classes }: Scores): number => classes.reduce((a, b) => (b.support > a.support ? b : a)).index;

function adverb(accuracy: number): string {
  if (accuracy >= 0.995) return "almost never wrong";
  if (accuracy >= 0.97) return "nearly always right";
  if (accuracy >= 0.9) return "usually right";
  if (accuracy >= 0.75) return "right most of the time";
  return accuracy >= 0.5 ? "right more often than wrong" : "wrong more often than right, but better than guessing";
}

function confusions(mixups: readonly Mixup[], classes: readonly string[]): Content {
  const [first, second] = mixups;
  if (first === undefined) return null;
  const mixup = ({ truth, answer }: Mixup) => html`${quoted(classes[truth])} for ${quoted(classes[answer])}`;
  if (second === undefined) return html`Its only mistake is to take ${mixup(first)}.`;
  return first.count === second.count
    ? html`It most often takes ${mixup(first)} and ${mixup(second)} (${times(first.count)} each).`
    : html`It most often takes ${mixup(first)} (${times(first.count)}), then ${mixup(second)} (${times(second.count)}).`;
}

function hardest({ classes, right, pictures }: Scores, names: readonly string[]): Content {
  const found = classes.filter((score): score is ClassScore & { recall: number } => score.recall !== null);
  if (found.length < 3 || right === pictures) return null;
  const worst = found.reduce((a, b) => (b.recall < a.recall ? b : a));
  return html`The hardest class is ${quoted(names[worst.index])}: the net recognises ${percent(worst.recall)} of its pictures.`;
}

function unlearned({ unlearned: found, right }: Scores, names: readonly string[]): Content {
  if (found.length === 0 || right === 0) return null;
  const named = found.slice(0, 3).map(({ index }, i) => html`${i > 0 ? ", " : null}${quoted(names[index])}`);
  const rest = found.length > 3 ? ` and ${thousands(found.length - 3)} more` : "";
  return html`It recognises no picture of ${named}${rest}.`;
}

function outlook({ right, pictures }: Scores): Content {
  if (pictures === 0) return null;
  const [low, high] = interval(right, pictures);
  const few = pictures < fewPictures ? `${counted(pictures, "picture")} prove little: on ` : "On ";
  return html`${few}other pictures of the same kind, expect ${percent(low)} to ${percent(high)}.`;
}

function guess(scores: Scores, names: readonly string[]): Content {
  const { guessing, pictures } = scores;
  if (pictures === 0) return null;
  return html`For comparison: always saying ${quoted(names[commonestOf(scores)])} would be right on ${percent(guessing)}.`;
}

function facts({ curves, parameters, run, test }: ReportData, { pictures, right, macroF1 }: Scores): Markup {
  const fact = (term: string, value: Content) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`;
  const seen = curves.epochs.length * run.data.training;
  const speed = run.seconds.training > 0 && seen > 0 ? `${thousands(seen / run.seconds.training)} pictures/s` : null;
  return html`<dl class="facts">
${fact("wrong", html`${thousands(pictures - right)} <small>of ${thousands(pictures)}</small>`)}
${fact(`${test.name} loss`, decimal(test.loss))}
${fact("mean F1", percent(macroF1))}
${fact("parameters", thousands(parameters))}
${fact("training took", html`${duration(run.seconds.training)}${speed === null ? null : html` <small>${speed}</small>`}`)}
</dl>`;
}

const quoted = (name: string) => html`<q>${brief(name)}</q>`;
const sentences = (parts: readonly Content[]) => parts.filter((part) => part !== null).map((part) => html`${part} `);
