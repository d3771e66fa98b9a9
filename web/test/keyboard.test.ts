// The page by keyboard alone: Tab reaches everything in the order of reading, what has the focus is seen and has a name, and no press of a
// button loses the focus.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { it } from "../../test/browser/chromium.ts";
import { disorder, walk } from "./focus.ts";
import { Site } from "./site.ts";

let site: Site;
beforeAll(async () => {
  site = await Site.open();
});
afterAll(() => site.close());

const partsOf = (page: Page) =>
  page.locator("main section[id]:not(#top)").evaluateAll((sections) => sections.map(({ id }) => id));

/** Scrolls through the page, so that all parts are loaded. */
async function load(page: Page): Promise<void> {
  for (const id of await partsOf(page)) {
    await page.locator(`#${id}`).evaluate((section) => section.scrollIntoView({ behavior: "instant" }));
    await page.locator(`#${id} .content:not(.waiting)`).waitFor();
    await page.locator(`#${id} :is(button, input)`).nth(1).waitFor();
  }
}

async function faults(page: Page): Promise<readonly string[]> {
  const stops = await walk(page);
  expect(stops.length, stops.map(({ what }) => what).join("\n")).toBeGreaterThan(40);
  return [
    ...stops.filter(({ nameless }) => nameless).map(({ part, what }) => `${part}: ${what} has no name`),
    ...stops.filter(({ seen }) => !seen).map(({ part, what, over }) => `${part}: ${what} is not seen (${over})`),
    ...disorder(stops).map((pair) => `${pair} goes back`),
  ];
}

it("reaches everything in the order of reading, and what has the focus is seen and has a name", async () => {
  const { page, leave } = await site.visit();
  await load(page);
  expect(await faults(page)).toEqual([]);
  await leave();
});
