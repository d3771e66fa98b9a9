// The recorded PyTorch cases in a browser: a page imports the built library by its address, with no bundler, from a server
// that sends no special headers, and every family must agree there as it does in Node.

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { compiledWays } from "../fixtures/ways.ts";
import { it, openChromium } from "./chromium.ts";
import { type FamilyName, familyNames, type Verdict } from "./families.ts";
import { serve } from "./serve.ts";
import { makeSite } from "./site.ts";

const closers: (() => unknown)[] = [];
const requested: string[] = [];
const complaints: string[] = [];
let origin: string;
let page: Page;

beforeAll(async () => {
  const browser = await openChromium();
  closers.push(() => browser.close());
  const site = makeSite();
  closers.push(() => site.remove());
  const server = await serve(site.folders);
  closers.push(() => server.close());
  origin = server.origin;

  const context = await browser.newContext();
  context.on("request", (request) => requested.push(request.url()));
  context.on("requestfailed", (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
  context.on("response", (response) => {
    if (!response.ok()) complaints.push(`${response.url()}: ${response.status()}`);
  });
  context.on("console", (message) => {
    if (message.type() === "error") complaints.push(`console: ${message.text()}`);
  });
  context.on("weberror", (error) => complaints.push(`uncaught: ${error.error()}`));
  page = await context.newPage();
  await page.goto(`${origin}/test/browser/page.html`);
}, 120_000);

afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

it("the page loads, in a world without shared memory", async () => {
  expect(complaints).toEqual([]);
  expect(await page.evaluate("crossOriginIsolated")).toBe(false);
});

describe.each(compiledWays)("as in PyTorch, in Chromium, compiled for $name", ({ name }) => {
  it.each(familyNames)("%s", async (family) => {
    const { cases, differences } = await judged(name, family);
    expect(differences.join("\n")).toBe("");
    expect(cases).toBeGreaterThan(0);
  });
});

it("the page has asked nobody but its server, and the console is quiet", () => {
  expect(requested).toContain(`${origin}/dist/index.js`);
  const own = [`${origin}/dist/`, `${origin}/test/`];
  expect(requested.filter((url) => !own.some((folder) => url.startsWith(folder)))).toEqual([]);
  expect(complaints).toEqual([]);
});

it.each(["/package.json", "/dist/../package.json", "/dist/..%2fpackage.json", "/dist/%2e%2e/src/index.ts", "/dist/"])(
  "the server has no %s",
  async (path) => {
    expect((await fetch(origin + path)).status).toBe(404);
  },
);

/** As text, because a function would reach the page as the test runner has rewritten it. */
function judged(way: string, family: FamilyName): Promise<Verdict> {
  return page.evaluate(`judge(${JSON.stringify(way)}, ${JSON.stringify(family)})`);
}
