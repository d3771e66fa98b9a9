// The opening answers to a drawing, by mouse and by keyboard, and costs the first load nothing.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { it } from "../../../test/browser/chromium.ts";
import { violations } from "../accessible.ts";
import { Site } from "../site.ts";

let site: Site;
beforeAll(async () => {
  site = await Site.open();
});
afterAll(() => site.close());

const verdict = (page: Page) => page.getByTestId("hero-verdict").textContent();

/** Draws a line through points that are given in parts of the pad. */
async function draw(page: Page, points: readonly (readonly [x: number, y: number])[]): Promise<void> {
  const { x, y, width, height } =
    (await page.locator("#top [role=application]").boundingBox()) ?? expect.fail("no pad");
  const places = points.map(([right, down]) => [x + right * width, y + down * height] as const);
  await page.mouse.move(...places[0]);
  await page.mouse.down();
  for (const place of places.slice(1)) await page.mouse.move(...place, { steps: 8 });
  await page.mouse.up();
}

it("reads the example, then what is drawn, by mouse and by keyboard", async () => {
  const { page, leave } = await site.visit();
  await expect.poll(() => verdict(page)).toMatch(/^I read a 3, .*% sure$/);
  await draw(page, [
    [0.3, 0.2],
    [0.7, 0.2],
    [0.45, 0.85],
  ]);
  await expect.poll(() => verdict(page)).toMatch(/^I read a 7, .*% sure$/);
  const pad = page.locator("#top [role=application]");
  await pad.focus();
  await page.keyboard.press("Delete");
  await expect.poll(() => verdict(page)).toBe("Nothing is drawn yet.");
  for (let i = 0; i < 6; i++) await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Space");
  for (let i = 0; i < 12; i++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await expect.poll(() => verdict(page)).toMatch(/^I read a 1, .*% sure$/);
  expect(await violations(page, "#top")).toEqual([]);
  await leave();
});

it("is loaded after the page, and not before its first picture", async () => {
  const { page, leave } = await site.visit();
  await expect.poll(() => verdict(page)).toMatch(/^I read a 3/);
  const { painted, asked } = await page.evaluate(() => ({
    painted: performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
    asked: performance.getEntriesByType("resource").find(({ name }) => name.includes("digits"))?.startTime,
  }));
  expect(painted).toBeLessThan(asked ?? 0);
  await leave();
});

it("says why there is no answer where the net does not arrive, and asks again", async () => {
  const { page } = await site.visit({ broken: /\.safetensors/ });
  const alert = page.locator("#top").getByRole("alert");
  await expect.poll(() => alert.textContent()).toContain("The net could not be loaded: ");
  await page.context().unroute(/\.safetensors/);
  await alert.getByRole("button", { name: "Try again" }).click();
  await expect.poll(() => verdict(page)).toMatch(/^I read a 3/);
  await page.context().close();
});
