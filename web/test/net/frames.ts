// How smooth the built demo is while its net trains in Chromium: the page's long tasks (above 50 ms) and its frames, and the processor time of
// its tasks, which other work of the machine does not change. `npm test` does not run this; the other work of the machine counts.
//
//   npx tsx web/test/net/frames.ts [SECONDS: 8] [SETTINGS OF THE NET: data=spirals&layers=8.8.8.8]
import { closeShared } from "../../../test/browser/chromium.ts";
import { Site } from "../site.ts";

const seconds = Number(process.argv[2] ?? 8);
const settings = process.argv[3] ?? "data=spirals&layers=8.8.8.8";

/** What the page collects about itself. */
interface Seen {
  readonly longTasks: number[];
  readonly frames: number[];
}

/** Runs in the page. It is text, because tsx puts calls of its own into functions. */
const watch = `
  globalThis.seen = { longTasks: [], frames: [] };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen.longTasks.push(duration);
  }).observe({ type: "longtask" });
  let last = performance.now();
  requestAnimationFrame(function frame(now) {
    seen.frames.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  });
`;

const at = (sorted: readonly number[], share: number) =>
  sorted.length === 0 ? "–" : sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(1);
function distribution(name: string, numbers: readonly number[]): string {
  const sorted = numbers.toSorted((a, b) => a - b);
  return `${name}: ${sorted.length}; median ${at(sorted, 0.5)}, 95 % ${at(sorted, 0.95)}, longest ${at(sorted, 1)} ms`;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of the processor. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

const site = await Site.open();
const { page, leave } = await site.visit({ at: `net?${settings}`, still: false });
await page.locator("#net").getByRole("button", { name: "Train", exact: true }).click();
await page.waitForTimeout(1500);
const session = await page.context().newCDPSession(page);
const events: TraceEvent[] = [];
session.on("Tracing.dataCollected", ({ value }) => events.push(...(value as unknown as TraceEvent[])));
await page.evaluate(watch);
await session.send("Tracing.start", { traceConfig: { includedCategories: ["toplevel", "devtools.timeline"] } });
await page.waitForTimeout(1000 * seconds);
const seen: Seen = await page.evaluate("seen");
const ended = new Promise<void>((resolve) => session.on("Tracing.tracingComplete", () => resolve()));
await session.send("Tracing.end");
await ended;
const mains = new Set(
  events
    .filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain")
    .map(({ pid, tid }) => `${pid} ${tid}`),
);
const tasks = events
  .filter(({ name, pid, tid }) => name.endsWith("RunTask") && mains.has(`${pid} ${tid}`))
  .map(({ tdur = 0 }) => tdur / 1000)
  .filter((ms) => ms > 1);
console.log(`${seconds} s of training, ${settings}`);
console.log(distribution("long tasks", seen.longTasks));
console.log(distribution("processor time of tasks above 1 ms", tasks));
console.log(`${distribution("frames", seen.frames)}; ${(seen.frames.length / seconds).toFixed(1)} a second`);
await leave();
await site.close();
await closeShared();
