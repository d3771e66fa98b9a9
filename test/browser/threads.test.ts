// Threads in Chromium: a cross-origin isolated page has them in its workers, another page has none; the numbers are the same.
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { it, type Opened, openChromium } from "./chromium.ts";
import { isolation, serve } from "./serve.ts";
import { build } from "./site.ts";

interface Outcome {
  readonly error?: string;
  /** How many threads there were said to be, and how many workers took part in the last step. */
  readonly ready: number;
  readonly joined: number;
  readonly about: string;
  readonly losses: readonly number[];
  readonly weights: readonly number[];
}

const root = resolve(import.meta.dirname, "..", "..");
const closers: (() => unknown)[] = [];
let browser: Opened;
const origins = { isolated: "", moved: "", plain: "" };
const file = "/dist/backends/wasm/threads/chainrule-worker.js";

beforeAll(async () => {
  build();
  browser = await openChromium();
  closers.push(() => browser.close());
  const folders = {
    "/dist/": join(root, "dist"),
    "/test/": join(root, "test"),
    "/threads/": join(import.meta.dirname, "threads"),
  };
  // A development server may serve the library from where this file is not.
  const without = { [file]: join(root, "nowhere"), ...folders };
  for (const [name, mounted, headers] of [
    ["isolated", folders, isolation],
    ["moved", without, isolation],
    ["plain", folders, {}],
  ] as const) {
    const server = await serve(mounted, headers);
    closers.push(() => server.close());
    origins[name] = server.origin;
  }
}, 120_000);

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

async function open(kind: keyof typeof origins): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(`${origins[kind]}/threads/page.html`);
  await page.waitForFunction("globalThis.loaded === true");
  return page;
}

/** Trains in the page itself or in a worker of it. */
async function outcome(page: Page, where: "here" | "inWorker", threads: number): Promise<Outcome> {
  const found: Outcome = await page.evaluate(`${where}(${threads})`);
  expect(found.error).toBe(undefined);
  return found;
}

const numbers = ({ losses, weights }: Outcome) => ({ losses, weights });

describe("an isolated page", () => {
  it("has threads in its workers, and none on its main thread; bits are the same", async () => {
    const page = await open("isolated");
    expect(await page.evaluate("crossOriginIsolated")).toBe(true);
    const alone = await outcome(page, "inWorker", 1);
    expect(alone.about).toBe("one thread: one was asked for");
    const together = await outcome(page, "inWorker", 2);
    expect(together.about).toBe("up to 2 threads");
    expect(together.joined).toBe(1);
    expect(together.ready).toBeGreaterThanOrEqual(2);
    const here = await outcome(page, "here", 2);
    expect(here.about).toContain("one thread: a page's main thread may not wait");
    expect(here.ready).toBe(1);
    expect(numbers(together)).toEqual(numbers(alone));
    expect(numbers(here)).toEqual(numbers(alone));
    expect(alone.losses[9]).toBeLessThan(alone.losses[0]);
    await page.close();
  });

  it("has them where the worker's file cannot be found", async () => {
    const page = await open("moved");
    expect((await fetch(`${origins.moved}${file}`)).status).toBe(404);
    const together = await outcome(page, "inWorker", 2);
    expect([together.joined, together.about]).toEqual([1, "up to 2 threads"]);
    await page.close();
  });

  it("has two workers that train at the same time, each with threads of its own", async () => {
    const page = await open("isolated");
    const both: Outcome[] = await page.evaluate("Promise.all([inWorker(2), inWorker(2)])");
    expect(both.map(({ joined }) => joined)).toEqual([1, 1]);
    expect(numbers(both[0])).toEqual(numbers(both[1]));
    await page.close();
  });
});

it("a page without isolation has one thread everywhere, says why, and gets the same bits", async () => {
  const isolated = await open("isolated");
  const expected = await outcome(isolated, "inWorker", 2);
  const page = await open("plain");
  expect(await page.evaluate("crossOriginIsolated")).toBe(false);
  for (const where of ["here", "inWorker"] as const) {
    const found = await outcome(page, where, 2);
    expect(found.about).toContain("one thread: there is no shared memory here");
    expect(found.ready).toBe(1);
    expect(numbers(found)).toEqual(numbers(expected));
  }
  await page.close();
  await isolated.close();
});
