// The page on which pictures are dropped, chosen, pasted or taken with the camera, and recognised. The server of `chainrule serve` answers with
// it, and `chainrule page` writes it; they differ in the script, and in what the script may use.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { html, type Markup, verbatim } from "../report/markup.ts";
import { version } from "../version.ts";
import { counted } from "../wording.ts";

/** By this a page is known that may be replaced by another one. */
export const generator = `<meta name="generator" content="chainrule page`;

export interface Page {
  readonly title: string;
  /** Sentences about the model. */
  readonly about: readonly string[];
  readonly classes: readonly string[];
  /** A sentence about where the pictures go. */
  readonly privacy: string;
  /** The content security policy; null where the server sends it. */
  readonly policy: string | null;
  /** The style sheet and the scripts, as elements. */
  readonly style: Markup;
  readonly scripts: Markup;
}

/** The whole page. */
export function writePage({ title, about, classes, privacy, policy, style, scripts }: Page): string {
  const page = html`<html lang="en">
<head>
<meta charset="utf-8"/>
${policy === null ? null : html`<meta http-equiv="Content-Security-Policy" content="${policy}"/>`}
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="color-scheme" content="light dark"/>
<meta name="referrer" content="no-referrer"/>
${verbatim(generator)} ${version}"/>
<link rel="icon" href="data:,"/>
<title>${title}</title>
${style}
</head>
<body>
<main>
<header>
<p class="mark">chainrule</p>
<h1><bdi>${title}</bdi></h1>
<p class="lede">${about.join(" ")}</p>
<details><summary>${counted(classes.length, "class", "classes")}</summary>
<ul class="classes">${classes.map((name) => html`<li><bdi>${name}</bdi></li>`)}</ul></details>
</header>
${intake}
<p class="status" id="status" role="status">Loading…</p>
<ol class="cards" id="results" aria-label="Pictures"></ol>
<noscript><p>This page needs JavaScript.</p></noscript>
</main>
<footer><p>${privacy}</p></footer>
${scripts}
</body>
</html>
`;
  return `<!doctype html>\n${page.text}`;
}

const intake = html`<div class="intake">
<p class="large">Drop pictures here</p>
<div class="buttons">
<button type="button" class="first" id="choose">Choose pictures</button>
<button type="button" id="camera" hidden="">Use the camera</button>
</div>
<p class="small">or paste one with Ctrl+V</p>
<input type="file" id="file" accept="image/*" multiple="" hidden=""/>
</div>
<div class="live" id="live" hidden="">
<video id="video" muted="" playsinline="" aria-label="What the camera shows"></video>
<div>
<ul class="bars" id="live-bars" aria-label="What the camera shows now"></ul>
<div class="buttons">
<button type="button" id="keep">Keep this picture</button>
<button type="button" id="stop">Stop the camera</button>
</div>
</div>
</div>`;

/** A script of the page: "served" asks the server, "offline" has the net in the page. */
export function scriptOf(name: "served" | "offline"): string {
  // Both from src/ and from dist/ the built scripts are found.
  const text = readFileSync(fileURLToPath(new URL(`../../dist/page/${name}.js`, import.meta.url)), "utf8").trimEnd();
  if (/<\/script|<!--/i.test(text)) throw new Error(`internal: the script ${name} would end its own element`);
  return text;
}

export const inlineScript = (text: string): Markup => html`<script>${verbatim(text)}</script>`;
export const inlineStyle = (text: string): Markup => html`<style>${verbatim(text)}</style>`;

/** A text as a content security policy allows it. */
export const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** A content security policy: nothing but these. */
export const policyOf = (directives: Readonly<Record<string, string>>): string =>
  Object.entries({
    "default-src": "'none'",
    "img-src": "blob: data:",
    "base-uri": "'none'",
    "form-action": "'none'",
    ...directives,
  })
    .map(([name, value]) => `${name} ${value}`)
    .join("; ");
