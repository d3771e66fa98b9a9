// Everything that is needed to repeat the run, and how long it took.

import { counted, thousands } from "../wording.ts";
import { type Content, html, type Markup } from "./markup.ts";
import type { Run } from "./report-data.ts";
import { duration } from "./wording.ts";

export function repeat({ command, seed, options, versions, platform, data, seconds }: Run): Markup {
  const [channels, height, width] = data.shape;
  const parts = [
    ["to learn from", data.training],
    ["for validation", data.validation],
    ["to test", data.test],
  ] as const;
  const sizes = parts.filter(([, n]) => n > 0).map(([what, n]) => [what, thousands(n)] as const);
  return html`<pre class="command" tabindex="0"><code>${command}</code></pre>
<div class="settings">
${group("Options", [["seed", seed], ...Object.entries(options).map(([name, value]) => [name, String(value)] as const)])}
${group("Data", [
  ["name", data.name],
  ["fingerprint", html`<code>${data.fingerprint}</code>`],
  ...sizes,
  [
    "a picture",
    `${width}×${height}, ${channels === 1 ? "grey" : channels === 3 ? "colour" : counted(channels, "channel")}`,
  ],
])}
${group("Made with", [
  ["chainrule", versions.chainrule],
  ["Node", versions.node],
  ...(platform === undefined ? [] : ([["on", platform]] as const)),
])}
${group("Time", [
  ["training", duration(seconds.training)],
  ["test", duration(seconds.test)],
  ["in all", duration(seconds.total)],
])}
</div>`;
}

function group(title: string, rows: readonly (readonly [name: string, value: Content])[]): Markup {
  return html`<div><h3>${title}</h3><dl>${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></div>`;
}
