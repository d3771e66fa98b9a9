// The GPU of a page: Chromium's WebGPU, with an adapter that computes on the processor. Where there is none, the page is told.
import { join, resolve } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { it, startChromium } from "./chromium.ts";
import { serve } from "./serve.ts";
import { build } from "./site.ts";

interface Course {
  readonly losses: readonly number[];
  readonly perStep: number;
  readonly weights: number;
}
interface Outcome {
  readonly status: {
    readonly available: boolean;
    readonly adapter: string | null;
    readonly software: boolean;
    readonly reason: string | null;
  };
  readonly gpu?: Course;
  readonly host?: Course;
}

const root = resolve(import.meta.dirname, "..", "..");
const closers: (() => unknown)[] = [];
let origin = "";

beforeAll(async () => {
  build();
  const folders = {
    "/dist/": join(root, "dist"),
    "/test/": join(root, "test"),
    "/gpu/": join(import.meta.dirname, "gpu"),
  };
  const server = await serve(folders, {});
  closers.push(() => server.close());
  origin = server.origin;
}, 120_000);

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

async function outcome(browser: Browser): Promise<Outcome> {
  const page = await browser.newPage();
  await page.goto(`${origin}/gpu/page.html`);
  await page.waitForFunction("globalThis.loaded === true");
  const found: Outcome = await page.evaluate("train()");
  await page.close();
  return found;
}

it("a page trains on its GPU as with WebAssembly, by one submit a step", async () => {
  const browser = await startChromium(["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"]);
  closers.push(() => browser.close());
  const { status, gpu, host } = await outcome(browser);
  expect(status).toMatchObject({ available: true, software: true, reason: null });
  expect(gpu?.perStep).toBe(1);
  expect(gpu?.weights).toBe(128);
  for (const [i, loss] of (gpu?.losses ?? []).entries()) expect(loss).toBeCloseTo(host?.losses[i] ?? 0, 5);
  expect(gpu?.losses).toHaveLength(6);
});
