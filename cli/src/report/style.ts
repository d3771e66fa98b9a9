// The style sheet of the page. Headings stand in a margin beside their section, as in a book; on a phone they stand above it. Two hues
// carry the meaning: blue for right answers and for the training curves, orange for wrong answers. Everything else is ink on paper. Dark
// mode changes the colours only, and print is light. Without < and & the style sheet is valid in XML too.

const light = `color-scheme: light;
  --paper: #fbfaf7; --sheet: #ffffff; --ink: #1c1b19; --quiet: #66625b; --rule: #e3dfd7; --faint: #f3f1ec;
  --blue: #1f66b8; --orange: #b5440e; --right: #8fbdf2; --wrong: #f0874f; --band: #2a78d633;`;
const dark = `color-scheme: dark;
  --paper: #141311; --sheet: #1c1b18; --ink: #f1eee8; --quiet: #a6a198; --rule: #35322d; --faint: #24221f;
  --blue: #78b0f4; --orange: #f59a66; --right: #245fa6; --wrong: #b04a14; --band: #78b0f433;`;

const page = `
:root { ${light} }
@media screen and (prefers-color-scheme: dark) { :root { ${dark} } }
*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif; overflow-wrap: anywhere; }
main, footer { max-width: 76rem; margin: 0 auto; padding: 0 clamp(1rem, 4vw, 3rem); }
h1, h2, h3, p, figure, dl, dd, ol, ul { margin: 0; padding: 0; }
h1 { font-size: clamp(2rem, 1.3rem + 3vw, 3.4rem); line-height: 1.08; letter-spacing: -0.025em; font-weight: 700; text-wrap: balance; max-width: 18em; }
h2 { font-size: 1.2rem; line-height: 1.25; letter-spacing: -0.01em; font-weight: 650; }
h3 { font-size: .95rem; font-weight: 650; margin-bottom: .5rem; }
small, .margin p, .caption, .axis, .legend, .scale, figcaption, footer { font-size: .85rem; line-height: 1.45; color: var(--quiet); }
q { quotes: "\\201c" "\\201d"; white-space: normal; }
pre, code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: .85rem; }
pre { margin: 0; padding: 1rem 1.15rem; overflow-x: auto; background: var(--sheet); border: 1px solid var(--rule); border-radius: 6px; line-height: 1.5; }
:focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; border-radius: 3px; }
section, header { display: grid; gap: 1rem; padding: 2.25rem 0; }
section { border-top: 1px solid var(--rule); }
section > *, header > * { min-width: 0; }
.margin p { margin-top: .5rem; max-width: 34em; }
.mark { font-weight: 700; letter-spacing: -0.01em; padding-top: .5rem; }
.mark span { display: block; font-weight: 400; font-size: .85rem; line-height: 1.45; color: var(--quiet); letter-spacing: 0; }
.lede { font-size: clamp(1.05rem, 1rem + .35vw, 1.25rem); line-height: 1.5; margin-top: 1.1rem; max-width: 40em; text-wrap: pretty; }
footer { padding-top: 1.25rem; padding-bottom: 2.5rem; }
footer p { border-top: 1px solid var(--rule); padding-top: 1.25rem; }
@media (min-width: 62rem) {
  section, header { grid-template-columns: 14rem minmax(0, 1fr); gap: 3rem; padding: 3rem 0; }
  header { padding-top: 4.5rem; }
  .margin { position: sticky; top: 1.5rem; align-self: start; }
}
.facts { display: flex; flex-wrap: wrap; gap: 1rem 2.75rem; margin-top: 2rem; }
.facts dt { font-size: .85rem; color: var(--quiet); }
.facts dd { font-size: 1.35rem; font-weight: 600; letter-spacing: -0.01em; line-height: 1.3; }
.facts small { font-weight: 400; letter-spacing: 0; }
.scroll { overflow: auto; max-width: 100%; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
details { margin-top: 1.25rem; }
summary { cursor: pointer; color: var(--blue); font-size: .9rem; width: fit-content; }
details .scroll { margin-top: .75rem; }`;

const charts = `
.charts { display: grid; gap: 1.75rem 2.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }
.chart figcaption { margin-bottom: .75rem; }
.chart figcaption b { font-size: .95rem; color: var(--ink); font-weight: 650; margin-right: .35em; }
.plot { display: grid; grid-template-columns: 3rem minmax(0, 1fr); grid-template-rows: 15rem 1.5rem; font-size: .78rem; line-height: 1; color: var(--quiet); font-variant-numeric: tabular-nums; }
.ys, .xs, .lines { position: relative; }
.ys span { position: absolute; right: .6rem; transform: translateY(-50%); white-space: nowrap; }
.xs { grid-column: 2; }
.xs span { white-space: nowrap; position: absolute; top: .55rem; transform: translateX(-50%); }
.axis { text-align: center; padding-left: 3rem; font-size: .78rem; }
.lines > svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
.lines path { fill: none; vector-effect: non-scaling-stroke; stroke-linejoin: round; stroke-linecap: round; }
.lines .grid { stroke: var(--rule); stroke-width: 1; }
.lines .band { fill: var(--band); }
.lines .steps { stroke: var(--blue); stroke-width: 1.75; }
.lines .unseen { stroke: var(--ink); stroke-width: 2; }
.lines .ring { stroke: var(--blue); stroke-width: 9; }
.lines .hole { stroke: var(--paper); stroke-width: 5; }
.lines .full { stroke: var(--ink); stroke-width: 9; }
.epoch { position: absolute; top: 0; bottom: 0; border-right: 1px solid transparent; }
.epoch:hover { border-color: var(--quiet); }
.tip { display: none; position: absolute; z-index: 1; top: 0; left: calc(100% + .6rem); padding: .55rem .7rem; background: var(--sheet); color: var(--ink); border: 1px solid var(--rule); border-radius: 5px; line-height: 1.5; white-space: nowrap; pointer-events: none; box-shadow: 0 2px 10px #0000001f; }
.tip.left { left: auto; right: .6rem; }
.tip b, .tip span { display: block; }
.epoch:hover .tip { display: block; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .35rem 1.5rem; margin-bottom: 1.5rem; }
.legend li { display: flex; align-items: center; gap: .55rem; }
.key { flex: none; position: relative; width: 1.6rem; height: .75rem; }
.key.steps { background: linear-gradient(var(--blue), var(--blue)) center / 100% 2px no-repeat, var(--band); border-radius: 2px; }
.key.unseen { background: linear-gradient(var(--ink), var(--ink)) center / 100% 2px no-repeat; }
.key.unseen::after, .key.ring::after { content: ""; position: absolute; inset: 0; margin: auto; width: 9px; height: 9px; border-radius: 50%; background: var(--ink); }
.key.ring { width: .75rem; }
.key.ring::after { background: none; border: 2px solid var(--blue); }`;

const shades = (kind: string, colour: string) =>
  Array.from({ length: 7 }, (_, i) => {
    const share = Math.round(100 * ((i + 1) / 7) ** 1.15);
    return `.matrix .${kind}${i + 1}, .strip .${kind}${i + 1} { background: color-mix(in srgb, var(--${colour}) ${share}%, var(--sheet)); }`;
  }).join("\n");

const tables = `
.confusion { display: flex; flex-wrap: wrap; gap: 1.75rem 2.5rem; align-items: flex-start; }
.confusion > div:first-child { width: min-content; min-width: min(100%, 20rem); max-width: 100%; }
.caption { padding-bottom: .75rem; text-wrap: pretty; }
.confusion .scroll { max-height: 46rem; }
.matrix { border-collapse: separate; border-spacing: 2px; line-height: 1; }
.matrix td { width: var(--cell); min-width: var(--cell); height: var(--cell); padding: 0; text-align: center; background: var(--sheet); border-radius: 3px; font-size: var(--digits); }
.matrix td:hover { outline: 2px solid var(--ink); outline-offset: -1px; }
.matrix tr:hover th[scope=row] { color: var(--orange); }
.matrix th { font-weight: 600; font-size: max(.78rem, var(--digits)); padding: 0; background: var(--paper); }
.matrix th > span { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.matrix thead th { height: 1.8rem; position: sticky; top: 0; z-index: 1; }
.matrix tbody th { text-align: right; position: sticky; left: 0; }
.matrix tbody th > span { padding: .3em .5em .3em 0; max-width: 11em; }
.matrix .corner { left: 0; z-index: 2; font-weight: 400; color: var(--quiet); text-align: right; padding-right: .35em; vertical-align: bottom; white-space: nowrap; }
.matrix .corner span { display: inline; }
.matrix .corner span:first-child::after { content: " \\2193"; }
.matrix .corner span:last-child::after { content: " \\2192"; }
.slanted thead th { height: auto; vertical-align: bottom; }
.slanted thead th:not(.corner) > span { writing-mode: vertical-rl; transform: rotate(180deg); max-height: 9em; margin: 0 auto; padding: .4em 0; }
.roomy { --cell: 2.5rem; --digits: .85rem; }
.close { --cell: 2.1rem; --digits: .78rem; }
.dense { --cell: 1.75rem; --digits: .7rem; border-spacing: 1px; }
@media (max-width: 40rem) {
  .roomy { --cell: 1.62rem; --digits: .72rem; border-spacing: 1px; }
  .matrix tbody th > span { max-width: 6em; }
  .matrix .corner span:last-child { display: block; }
}
${shades("r", "right")}
${shades("w", "wrong")}
.mixups { flex: 1 1 15rem; min-width: 0; }
.mixups ol { list-style: none; columns: 16rem; column-gap: 2rem; }
.mixups li { break-inside: avoid; padding: .4rem 0; background: linear-gradient(var(--wrong), var(--wrong)) left bottom / var(--share) 3px no-repeat; border-radius: 2px; margin-bottom: .3rem; }
.mixups small { display: block; }
.scale { display: flex; flex-wrap: wrap; gap: .35rem 1.75rem; margin-top: 1rem; }
.scale span { display: inline-flex; flex-wrap: wrap; align-items: center; gap: .5rem; }
.strip { display: inline-flex; border: 1px solid var(--rule); border-radius: 3px; overflow: hidden; }
.strip i { width: 1rem; height: .8rem; }
.numbers th, .numbers td { padding: .42rem 1.1rem .42rem 0; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--rule); }
.numbers thead th { font-size: .85rem; font-weight: 400; color: var(--quiet); }
.numbers tbody th { font-weight: 600; }
.numbers th:first-child { text-align: left; }
.numbers .words { text-align: left; padding: .42rem 0 .42rem 1.1rem; }
.classes { width: 100%; }
.classes tbody th span { display: block; max-width: 16em; overflow: hidden; text-overflow: ellipsis; }
.meter { background: linear-gradient(var(--right), var(--right)) left .1rem bottom .3rem / calc((100% - 1.3rem) * var(--share)) 3px no-repeat; }`;

const galleries = `
.gallery { display: grid; gap: 1.25rem 1rem; grid-template-columns: repeat(auto-fill, minmax(5.7rem, 1fr)); }
.gallery img { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; background: var(--faint); border-radius: 4px; }
.gallery .hot, #looked:checked ~ .gallery .cold { display: none; }
#looked:checked ~ .gallery .hot { display: block; }
#looked ~ .gallery, #looked ~ p { margin-top: 1.25rem; }
.next { margin-top: 2rem; }
.pixels { image-rendering: pixelated; }
.gallery figcaption { margin-top: .4rem; color: var(--ink); }
.gallery figcaption span { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.gallery .says b { color: var(--orange); }
.gallery .is b { color: var(--blue); }
.gallery .file { color: var(--quiet); }
.gallery small { display: block; font-size: .78rem; }
.filters { display: grid; gap: .75rem; margin-top: 1.1rem; grid-template-columns: repeat(auto-fill, minmax(4.75rem, 1fr)); }
.filters.planes { grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); }
.filters.large { grid-template-columns: repeat(auto-fill, minmax(5.8rem, 1fr)); }
.filters.large.planes { grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); }
.filters div { display: flex; gap: 2px; }
.filters img { display: block; min-width: 0; flex: 1 1 0; align-self: start; background: var(--sheet); border: 1px solid var(--rule); border-radius: 3px; }
.filters figcaption { font-size: .75rem; text-align: center; margin-top: .15rem; }
.ramp { width: 9rem; height: .8rem; border: 1px solid var(--rule); border-radius: 3px; background: linear-gradient(90deg, rgb(224 94 32), rgb(224 94 32 / 0) 50%, rgb(42 120 214 / 0) 50%, rgb(42 120 214)), var(--sheet); }
.tree { font-size: .82rem; line-height: 1.35; }
.command { white-space: pre-wrap; }
.command code::before { content: "$ "; color: var(--quiet); }
.settings { display: grid; gap: 1.75rem 3rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); margin-top: 1.75rem; }
.settings dl > div { display: flex; gap: 1rem; justify-content: space-between; padding: .32rem 0; border-bottom: 1px solid var(--rule); font-size: .9rem; }
.settings dt { color: var(--quiet); flex: none; }
.settings dd { text-align: right; min-width: 0; font-variant-numeric: tabular-nums; }`;

const media = `
@media (prefers-reduced-motion: no-preference) { .tip { animation: appear .12s; } @keyframes appear { from { opacity: 0; } } }
@media (forced-colors: active) { .strip, .ramp, .key, .filters img { forced-color-adjust: none; } }
@media print {
  @page { margin: 15mm; }
  body { font-size: 10pt; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  section, header { padding: 1.25rem 0; gap: .75rem; }
  .scroll, pre { overflow: visible; max-height: none; }
  pre { white-space: pre-wrap; }
  .margin, .matrix th { position: static; }
  h2, h3, .margin { break-after: avoid; }
  figure, tr, .settings > div { break-inside: avoid; }
  details::details-content { content-visibility: visible; }
}`;

export const style = [page, charts, tables, galleries, media].join("\n");
