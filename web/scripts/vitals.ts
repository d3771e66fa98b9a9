// Measures what a visitor with a slow phone waits for: the built page in Chromium, with the network of Lighthouse's "slow 4G" (150 ms a
// round trip, 1.6 Mbit/s down, 0.75 Mbit/s up) and a processor four times slower. The server compresses, as hosts do. Prints the median
// of some visits, and ends with 1 where a limit is exceeded.
//
//   npm run build:demo && npx tsx web/scripts/vitals.ts [VISITS]
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { startChromium } from "../../test/browser/chromium.ts";

const built = resolve(import.meta.dirname, "../dist");
const visits = Number(process.argv[2] ?? 5);
/** LCP and TBT in milliseconds. TBT: the parts above 50 ms of the tasks after the first paint. */
const limits = { LCP: 2000, TBT: 200, CLS: 0.02 };
const types: ReadonlyMap<string, string> = new Map([
  [".html", "text/html"],
  [".js", "text/javascript"],
  [".css", "text/css"],
  [".svg", "image/svg+xml"],
  [".png", "image/png"],
  [".webmanifest", "application/manifest+json"],
]);

/** first, all: bytes until the load event, and after all is quiet. TBT1: as TBT, while the visitor scrolls to the first part. */
type Vitals = Record<keyof typeof limits, number> & { FCP: number; first: number; all: number; TBT1: number };
type Found = Omit<Vitals, "first" | "all" | "TBT1">;

async function serveBuilt(): Promise<{ origin: string; close: () => void }> {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const name = path === "/" ? "index.html" : path.slice(1);
    const bytes = await readFile(resolve(built, name)).catch(() => null);
    const type = types.get(extname(name));
    if (bytes === null) response.writeHead(404).end();
    else if (type === undefined) response.writeHead(200).end(bytes);
    else response.writeHead(200, { "Content-Type": type, "Content-Encoding": "gzip" }).end(gzipSync(bytes));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return { origin: `http://127.0.0.1:${address.port}`, close: () => server.close() };
}

/** Runs in the page, before its scripts. */
function observe(): void {
  const found = { FCP: 0, LCP: 0, TBT: 0, CLS: 0 };
  Object.assign(globalThis, { found });
  const on = (type: string, take: (entry: PerformanceEntry) => void) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  on("paint", ({ name, startTime }) => {
    if (name === "first-contentful-paint") found.FCP = startTime;
  });
  on("largest-contentful-paint", ({ startTime }) => {
    found.LCP = startTime;
  });
  on("longtask", ({ startTime, duration }) => {
    if (found.FCP > 0 && startTime + duration > found.FCP) found.TBT += duration - 50;
  });
  on("layout-shift", (entry) => {
    found.CLS += (entry as PerformanceEntry & { value: number }).value;
  });
}

async function visit(browser: Browser, origin: string): Promise<Vitals> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, serviceWorkers: "block" });
  const page = await context.newPage();
  // tsx keeps the names of functions by a helper of its own, which the page lacks.
  await page.addInitScript("globalThis.__name = (named) => named");
  await page.addInitScript(observe);
  const devtools = await context.newCDPSession(page);
  let [bytes, first] = [0, 0];
  await devtools.send("Network.enable");
  devtools.on("Network.loadingFinished", ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await devtools.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 150,
    downloadThroughput: (1.6e6 / 8) * 0.9,
    uploadThroughput: (0.75e6 / 8) * 0.9,
  });
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  await page.goto(origin);
  first = bytes;
  await page.waitForTimeout(8000);
  const read = () => page.evaluate(() => ({ ...(globalThis as unknown as { found: Found }).found }));
  const found = await read();
  const all = bytes;
  await page.mouse.wheel(0, 1200);
  await page.locator("#neuron [role=slider]").first().waitFor();
  await page.waitForTimeout(3000);
  const TBT1 = (await read()).TBT - found.TBT;
  await context.close();
  return { ...found, first, all, TBT1 };
}

const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

const [server, browser] = [await serveBuilt(), await startChromium()];
const seen: Vitals[] = [];
for (let i = 0; i < visits; i++) {
  const vitals = await visit(browser, server.origin);
  seen.push(vitals);
  console.log(
    Object.entries(vitals)
      .map(([name, value]) => `${name} ${name === "CLS" ? value.toFixed(4) : Math.round(value)}`)
      .join("  "),
  );
}
await browser.close();
server.close();
let exceeded = false;
for (const [name, limit] of Object.entries(limits)) {
  const value = median(seen.map((vitals) => vitals[name as keyof Vitals]));
  console.log(`${name}: ${name === "CLS" ? value.toFixed(4) : Math.round(value)} of ${limit} allowed`);
  exceeded ||= value > limit;
}
process.exitCode = exceeded ? 1 : 0;
