// The race as a visitor watches it.
import { afterAll, beforeAll, expect } from "vitest";
import { it } from "../../test/browser/chromium.ts";
import { violations } from "./accessible.ts";
import { Site } from "./site.ts";

let site: Site;
beforeAll(async () => {
  site = await Site.open();
});
afterAll(() => site.close());

it("runs, compares the losses, pauses, and explains the compiled step", async () => {
  const { page, leave } = await site.visit({ at: "race" });
  const part = page.locator("#race");
  await part.getByRole("button", { name: "Start the race" }).click();
  const lanes = part.getByRole("listitem");
  await expect.poll(() => lanes.nth(2).textContent()).toContain("1,000 of 1,000 steps");
  await expect.poll(() => part.textContent()).toMatch(/losses are ([\d.]+), \1, \1: the same/);
  const times = async (lane: number) =>
    Number(/([\d,.]+) × as fast/.exec((await lanes.nth(lane).textContent()) ?? "")?.[1].replace(",", ""));
  expect(await times(1)).toBeGreaterThan(1);
  expect(await times(2)).toBeGreaterThan(await times(1));

  await part.getByRole("button", { name: "Pause" }).click();
  await part.getByRole("button", { name: "Continue" }).waitFor();

  const kernels = part.getByRole("tab", { name: "kernels" });
  await part.getByRole("tab", { name: "graph" }).focus();
  await page.keyboard.press("ArrowRight");
  expect(await kernels.getAttribute("aria-selected")).toBe("true");
  await expect.poll(() => part.getByRole("tabpanel").textContent()).toContain("matmul");
  expect(await violations(page, "#race")).toEqual([]);

  await part.getByRole("radio", { name: "64 neurons a layer" }).check();
  await part.getByRole("button", { name: "Pause" }).waitFor();
  await leave();
});

it("pauses when it is out of view", async () => {
  const { page, leave } = await site.visit({ at: "race" });
  const part = page.locator("#race");
  await part.getByRole("button", { name: "Start the race" }).click();
  await expect.poll(() => part.getByRole("listitem").first().textContent()).toMatch(/[1-9]\d* of 1,000/);
  await page.evaluate(() => scrollTo({ top: 0 }));
  await part.getByRole("button", { name: "Continue" }).waitFor();
  await part.scrollIntoViewIfNeeded();
  await part.getByRole("button", { name: "Pause" }).waitFor();
  await leave();
});

it("is accessible in the dark and on a phone, which it fits", async () => {
  const { page, leave } = await site.visit({ at: "race", dark: true, phone: true });
  await page.getByRole("button", { name: "Start the race" }).tap();
  await page.locator("#race").getByRole("tab").first().waitFor();
  expect(await violations(page, "#race")).toEqual([]);
  const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(inner).toBeLessThanOrEqual(outer);
  await leave();
});
