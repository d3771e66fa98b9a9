// Writes the report of a training: one self-contained HTML page. It has no script, and its Content-Security-Policy forbids it to load
// anything, so that it is safe to mail, archive and open. The libraries that draw it are loaded only where a report is asked for:
// await import("./report/report.ts").
import { classTable } from "./class-table.ts";
import { confusion } from "./confusion.ts";
import { curves } from "./curves.ts";
import { filters, mistakes } from "./galleries.ts";
import { headline } from "./headline.ts";
import { type Content, html, type Markup, verbatim } from "./markup.ts";
import { repeat } from "./repeat.ts";
import type { ReportData } from "./report-data.ts";
import { scores } from "./scores.ts";
import { style } from "./style.ts";
import { percent } from "./wording.ts";

export { firstFilters, firstRecognised, worstMistakes } from "./gather.ts";
export type * from "./report-data.ts";

const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** The whole page. Throws a RangeError where the confusion matrix has not as many rows and columns as there are classes. */
export function writeReport(data: ReportData): string {
  const { classes, test } = data;
  if ([test.confusion, ...test.confusion].some(({ length }) => length !== classes.length))
    throw new RangeError(
      `writeReport: ${classes.length} classes need a confusion matrix of ${classes.length}×${classes.length}`,
    );
  const found = scores(test.confusion);
  const curve = curves(data.curves);
  const page = html`<html lang="en">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="${policy}"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<meta name="referrer" content="no-referrer"/>
<meta name="generator" content="chainrule ${data.run.versions.chainrule}"/>
<title>${data.title}: ${percent(found.accuracy)}</title>
<style>${verbatim(style)}</style>
</head>
<body>
<main>
${headline(data, found)}
${section("How the net learned", curve)}
${section("What it confuses", {
  note: html`<p>Each cell counts pictures: blue is right, orange is wrong, each on a scale of its own.</p>`,
  body: confusion(data, found),
})}
${section("Its worst mistakes", {
  note: html`<p>The wrong answers that the net was surest of.</p>`,
  body: mistakes(data),
})}
${section("Class by class", { note: null, body: classTable(data, found) })}
${
  data.filters === null
    ? null
    : section("What the first layer looks for", {
        note: html`<p>Each square shows the weights of one filter. Blue: a light pixel there raises the filter's output. Orange: a light pixel lowers it. Bare: it changes little.</p>`,
        body: filters(data.filters),
      })
}
${section("The net", {
  note: html`<p>The layers, the shapes of their weights, and how many numbers each layer learns.</p>`,
  body: html`<pre class="tree" tabindex="0">${data.tree}</pre>`,
})}
${section("Repeat this run", {
  note: html`<p>The same seed, data and versions give the same net.</p>`,
  body: repeat(data.run),
})}
</main>
<footer><p>Written by chainrule ${data.run.versions.chainrule}. This page loads nothing and sends nothing.</p></footer>
</body>
</html>
`;
  return `<!doctype html>\n${page.text}`;
}

function section(title: string, { note, body }: { readonly note: Content; readonly body: Markup }): Markup {
  return html`<section>
<div class="margin"><h2>${title}</h2>${note}</div>
<div class="content">${body}</div>
</section>`;
}
