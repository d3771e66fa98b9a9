// The style sheet of the pages on which pictures are recognised. Blue is the answer, orange is what went wrong; all else is ink on paper, as on
// the page of --report. Dark mode changes the colours only.

const light = `color-scheme: light;
  --paper: #fbfaf7; --sheet: #ffffff; --ink: #1c1b19; --quiet: #66625b; --rule: #e3dfd7; --edge: #8d8779; --faint: #f3f1ec; --ground: #f3f1ec;
  --blue: #1f66b8; --bar: #8fbdf2; --orange: #b5440e; --on: #ffffff;`;
const dark = `color-scheme: dark;
  --paper: #141311; --sheet: #1c1b18; --ink: #f1eee8; --quiet: #a6a198; --rule: #35322d; --edge: #7d776c; --faint: #24221f; --ground: #c9c5bd;
  --blue: #78b0f4; --bar: #2f6cb0; --orange: #f59a66; --on: #10202f;`;

const text = `
:root { ${light} }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif; overflow-wrap: anywhere; }
main, footer { max-width: 58rem; margin: 0 auto; padding: 0 clamp(1rem, 4vw, 2.5rem); }
h1, h2, p, ol, ul { margin: 0; padding: 0; }
ol, ul { list-style: none; }
h1 { font-size: clamp(1.7rem, 1.2rem + 2.4vw, 2.7rem); line-height: 1.1; letter-spacing: -0.02em; font-weight: 700; text-wrap: balance; }
h2 { font-size: 1.2rem; line-height: 1.3; font-weight: 650; letter-spacing: -0.01em; }
header { padding: clamp(1.5rem, 5vw, 3.5rem) 0 1.5rem; }
.mark { font-weight: 700; letter-spacing: -0.01em; margin-bottom: .75rem; }
.lede { margin-top: .75rem; max-width: 42em; text-wrap: pretty; }
details { margin-top: .75rem; }
summary { cursor: pointer; color: var(--blue); width: fit-content; }
.classes { display: flex; flex-wrap: wrap; gap: .35rem; margin-top: .6rem; }
.classes li { padding: .1rem .6rem; background: var(--faint); border: 1px solid var(--rule); border-radius: 1rem; font-size: .9rem; max-width: 100%; }
footer { padding-top: 1.25rem; padding-bottom: 2.5rem; font-size: .85rem; color: var(--quiet); }
footer p { border-top: 1px solid var(--rule); padding-top: 1.25rem; }
:focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; border-radius: 3px; }
[hidden] { display: none !important; }`;

const intake = `
.intake { display: grid; justify-items: center; gap: .9rem; padding: clamp(1.5rem, 5vw, 2.75rem) 1rem; text-align: center; background: var(--sheet); border: 2px dashed var(--edge); border-radius: 14px; }
.over .intake { border-color: var(--blue); border-style: solid; background: var(--faint); }
.intake .large { font-size: 1.15rem; font-weight: 600; }
.intake .small { font-size: .9rem; color: var(--quiet); }
.buttons { display: flex; flex-wrap: wrap; justify-content: center; gap: .6rem; }
button { font: inherit; font-weight: 600; color: var(--blue); background: transparent; border: 1px solid var(--blue); border-radius: 8px; padding: .5rem 1.1rem; min-height: 2.75rem; cursor: pointer; }
button.first { color: var(--on); background: var(--blue); }
button:hover { filter: brightness(1.08); }
.live { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); gap: 1.25rem; margin-top: 1.25rem; padding: 1.1rem; background: var(--sheet); border: 1px solid var(--rule); border-radius: 14px; }
.live video { display: block; width: 100%; max-height: 22rem; background: var(--faint); border-radius: 8px; object-fit: contain; }
.live .buttons { justify-content: flex-start; margin-top: 1rem; }
.status { min-height: 1.55em; margin: .9rem 0; font-size: .9rem; color: var(--quiet); }`;

const results = `
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 25rem), 1fr)); gap: 1rem; }
.card { display: grid; grid-template-columns: 8rem minmax(0, 1fr); gap: 1.1rem; align-items: start; padding: 1rem; background: var(--sheet); border: 1px solid var(--rule); border-radius: 14px; }
.card[aria-busy] h2 { color: var(--quiet); }
.picture { display: grid; place-items: center; height: 8rem; background: var(--ground); color: #55524c; border-radius: 8px; overflow: hidden; }
.picture img { width: 100%; height: 100%; object-fit: contain; }
.no-image, .file { font-size: .85rem; }
.file { color: var(--quiet); }
.file { margin-bottom: .5rem; }
.failed h2 { color: var(--orange); }
.problem { font-size: .9rem; }
.bars { display: grid; gap: .3rem; font-size: .9rem; line-height: 1.35; }
.bars li { display: grid; grid-template-columns: minmax(0, 1fr) 4.6rem; column-gap: .6rem; align-items: baseline; }
.bars bdi { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.bars data { text-align: right; font-variant-numeric: tabular-nums; color: var(--quiet); }
.bars .bar { grid-row: 2; grid-column: 1 / -1; height: .4rem; background: var(--faint); border-radius: .2rem; overflow: hidden; }
.bars .bar span { display: block; height: 100%; background: var(--bar); border-radius: .2rem; }
.bars li:first-child { font-weight: 600; }
.bars li:first-child .bar span { background: var(--blue); }
@media (max-width: 30rem) { .card { grid-template-columns: 5.5rem minmax(0, 1fr); gap: .9rem; } .picture { height: 5.5rem; } }
@media (hover: none) and (pointer: coarse) { .intake p { display: none; } }
@media (forced-colors: active) { .bars .bar span { forced-color-adjust: none; } }`;

export const style = [text, intake, results].join("\n");
