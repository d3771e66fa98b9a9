// Training steps and matrix products (works.js) on the GPU of a page, in chainrule, jax-js and TensorFlow.js: the time of a step up to reading
// its loss, and what it asks of the GPU (peers/page/counting.js). A side first has to give the right losses or products. Then all sides are
// timed in rounds that alternate; figures are medians.
//
//   node bench/webgpu.js [rounds] [--only W1,W2] [--no-peers] [--gpu] [--out FILE]
//
// Without --gpu the adapter is SwiftShader, which computes on the processor: its times compare programs, and say nothing about a GPU.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { build, preview } from "vite";
import { cure, findBrowser } from "../scripts/browser.js";
import { countIn, fail } from "./arguments.js";
import { installPeers } from "./peers/install.js";
import { median } from "./statistics.js";
import { report } from "./webgpu-report.js";
import { chosenFrom, entriesOf, questionOf, works } from "./works.js";

const chunkMs = 200; // time for which a side runs at a time
const timeoutMs = 240e3; // for one answer
const tolerance = 1e-4; // of a loss

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string" },
    out: { type: "string" },
    "no-peers": { type: "boolean" },
    gpu: { type: "boolean" },
  },
});
const rounds = countIn(positionals, { name: "rounds", fallback: 10 });
const chosenWorks = chosenFrom(works, options.only ?? "W1,W2,W3,W4 256,W4 512");
const sides = options["no-peers"] ? ["chainrule"] : ["chainrule", "jax", "tfjs"];

const missing = installPeers();
if (missing) fail(missing);
const { path, reason } = findBrowser();
if (path === null) fail(`${reason}. ${cure}`);

const folder = mkdtempSync(join(tmpdir(), "chainrule-bench-"));
const closing = [() => rmSync(folder, { recursive: true })];
try {
  const root = fileURLToPath(new URL("peers/page", import.meta.url));
  const quiet = { root, configFile: false, logLevel: "error", base: "./" };
  await build({ ...quiet, build: { outDir: folder, target: "esnext", minify: false, chunkSizeWarningLimit: 1e5 } });
  const server = await preview({ ...quiet, build: { outDir: folder }, preview: { host: "127.0.0.1", port: 0 } });
  closing.unshift(() => server.close());
  const browser = await chromium.launch({ executablePath: path, args: flags(options.gpu) });
  closing.unshift(() => browser.close());
  const results = [];
  for (const work of chosenWorks) {
    process.stderr.write(`bench: ${work.name}, ${work.title}\n`);
    results.push(await measure(work, { browser, address: server.resolvedUrls.local[0] }));
  }
  const text = report(results, { browser: browser.version() });
  console.log(text);
  const isComplete = !options.only && !options["no-peers"] && !options.gpu;
  const out = options.out ?? (isComplete ? fileURLToPath(new URL("webgpu.md", import.meta.url)) : null);
  if (out) writeFileSync(out, text);
  if (results.some(({ rows }) => rows[0].failure)) process.exitCode = 1;
} finally {
  for (const close of closing) await close();
}

/** The browser's switches, which it has besides the driver's own. */
function flags(gpu) {
  const shared = ["--no-sandbox", "--enable-unsafe-webgpu", "--disable-quic", "--no-first-run", "--disable-sync"];
  return gpu ? shared : [...shared, "--disable-gpu", "--use-webgpu-adapter=swiftshader"];
}

/** Measures one work: { work, rows }, a row for each side. */
async function measure(work, { browser, address }) {
  const question = questionOf(work);
  const rows = [];
  for (const side of sides) {
    const page = await browser.newPage();
    await page.goto(`${address}?side=${side}`);
    const row = { side, name: side, failure: null, page, runs: [], counts: null, first: 0, frozen: 0, pace: 0 };
    rows.push(row);
    await prepare(row, work, question);
  }
  for (let round = 0; round < rounds; round++) {
    for (const row of rows) {
      const steps = Math.max(1, Math.round(chunkMs / row.pace));
      const answer = await ask(row, { run: steps });
      if (answer) row.runs.push(median(answer.milliseconds) / (question.repeats ?? 1));
    }
  }
  for (const { page } of rows) await page.close();
  return { work, rows };
}

/** Sends the work, checks the first results, and counts what a step asks of the GPU. */
async function prepare(row, work, question) {
  const begun = await ask(row, question);
  row.name = begun?.name ?? row.name;
  const losses = [];
  for (let i = 0; i < (work.losses?.length ?? 1); i++) {
    const answer = await ask(row, { run: 1 });
    if (!answer) return;
    if (i === 0) row.first = answer.milliseconds[0];
    row.frozen = Math.max(row.frozen, answer.frozen);
    losses.push(...answer.values);
  }
  for (const [i, expected] of (work.losses ?? []).entries()) {
    if (!(Math.abs(losses[i] - expected) <= tolerance * expected))
      row.failure = `wrong: loss ${losses[i]} in step ${i + 1}, not ${expected}`;
  }
  if (work.size) await checkProduct(row, question);
  await ask(row, { run: 3 });
  const counted = await ask(row, { run: 4 });
  if (!counted) return;
  const steps = 4 * (question.repeats ?? 1);
  row.counts = Object.fromEntries(Object.entries(counted.counts).map(([name, count]) => [name, count / steps]));
  row.pace = median(counted.milliseconds);
}

async function checkProduct(row, question) {
  const { places, values } = entriesOf(question);
  const entries = (await ask(row, { entries: places }))?.values ?? [];
  for (const [i, entry] of entries.entries()) {
    // The terms are in [-1, 1]; the rounding error of a float32 sum grows with the square root of their number.
    if (!(Math.abs(entry - values[i]) <= 1e-5 * Math.sqrt(question.size)))
      row.failure = `wrong: ${entry} at ${places[i]}, not ${values[i]}`;
  }
}

/** The side's answer; null if the side has failed. */
async function ask(row, question) {
  if (row.failure) return null;
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, timeoutMs, { error: `no answer for ${timeoutMs / 1e3} s` });
  });
  const asked = row.page.evaluate((question) => globalThis.ask(question), question);
  const answer = await Promise.race([asked, late]).catch(({ message }) => ({ error: message }));
  clearTimeout(timer);
  row.failure = answer.error?.replaceAll(/\s+/g, " ") ?? null;
  return row.failure ? null : answer;
}
