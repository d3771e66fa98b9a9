// A training to look at: one HTML page that stands for itself. It has no script, and its own rules (the Content-Security-Policy)
// forbid it to load anything, so that it can be mailed, archived and opened without a second thought. What is large is loaded
// only where a report is asked for: await import("./report/report.ts").
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

export { firstFilters, worstMistakes } from "./gather.ts";
export type * from "./report-data.ts";

const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** The whole page. Throws where the confusion matrix is not of the classes. */
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
${section("How it learned", curve)}
${section("What it confuses", {
  note: html`<p>Each cell counts pictures: blue is right, orange is wrong, each on a scale of its own.</p>`,
  body: confusion(data, found),
})}
${section("Its worst mistakes", {
  note: html`<p>The pictures on which it was wrong and most sure of itself.</p>`,
  body: mistakes(data),
})}
${section("Class by class", { note: null, body: classTable(data, found) })}
${
  data.filters === null
    ? null
    : section("What the first layer looks for", {
        note: html`<p>Each square is multiplied with pictures: blue answers to light, orange to dark, where it is bare it does not look.</p>`,
        body: filters(data.filters),
      })
}
${section("The net", {
  note: html`<p>Its layers, the shapes of their weights, and how many numbers each learns.</p>`,
  body: html`<pre class="tree" tabindex="0">${data.tree}</pre>`,
})}
${section("Do it again", {
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
