// The race as a visitor watches it.
import type { Locator } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { it } from "../../../test/browser/chromium.ts";
import { violations } from "../accessible.ts";
import { nameless } from "../nameless.ts";
import { Site } from "../site.ts";

let site: Site;
beforeAll(async () => {
  site = await Site.open();
});
afterAll(() => site.close());

const numbers = (text: string | null) =>
  [...(text ?? "").matchAll(/\d[\d,]*/g)].map(([one]) => Number(one.replaceAll(",", "")));
const result = async (part: Locator) => {
  await expect.poll(() => part.getByTestId("race-result").count()).toBe(1);
  return part.getByTestId("race-result").textContent();
};

// Each net has two seconds, and a step by Values takes 0.6 s of the processor with 64 neurons. No time is asked for here, where other tests
// share the processor.
it("with 64 neurons it ends, says how far each net came in the same time, and that all computed the same", async () => {
  const { page, leave } = await site.visit({ at: "race?width=64" });
  const part = page.locator("#race");
  const button = part.getByRole("button", { name: "Start the race" });
  await button.focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent?.trim())).toBe("Pause");
  const said = await result(part);
  const [seconds, slow, middle, fast] = numbers(said);
  expect(seconds).toBe(2);
  expect(slow).toBeGreaterThan(0);
  expect(middle).toBeGreaterThan(slow);
  expect(fast).toBeGreaterThan(middle);
  const lanes = part.getByRole("listitem");
  // There is no GPU here, and so no lane for it.
  expect(await lanes.count()).toBe(3);
  expect(await part.getByTestId("race-gpu").count()).toBe(0);
  for (const [i, steps] of [slow, middle, fast].entries())
    expect(await lanes.nth(i).textContent()).toContain(`${steps.toLocaleString("en")} step`);
  expect(await part.getByTestId("race-compared").textContent()).toMatch(
    /^After \d+ steps?, all three have the same loss/,
  );
  await part.getByRole("button", { name: "Race again" }).waitFor();

  const tree = await part.ariaSnapshot();
  expect(tree).toMatch(/In the same 2 seconds: [\d,]+ steps? number by number/);
  expect(nameless(tree), tree).toEqual([]);

  const kernels = part.getByRole("tab", { name: "kernels" });
  await part.getByRole("tab", { name: "graph" }).focus();
  await page.keyboard.press("ArrowRight");
  expect(await kernels.getAttribute("aria-selected")).toBe("true");
  await expect.poll(() => part.getByRole("tabpanel").textContent()).toContain("matmul");
  expect(await violations(page, "#race")).toEqual([]);
  await part.getByRole("radio", { name: "16" }).check();
  await part.getByRole("button", { name: "Pause" }).waitFor();
  expect(page.url()).not.toContain("width");
  await leave();
});

it("pauses when it is out of view and says so, and goes on in view, in the dark, on a phone that it fits", async () => {
  const { page, leave } = await site.visit({ at: "race", dark: true, phone: true });
  const part = page.locator("#race");
  await part.getByRole("button", { name: "Start the race" }).tap();
  await expect.poll(() => part.getByRole("listitem").first().textContent()).toMatch(/[1-9]\d* steps/);
  await page.evaluate(() => scrollTo({ top: 0 }));
  await expect.poll(() => part.getByTestId("race-time").textContent()).toContain("Paused while out of view");
  expect(await part.getByRole("button", { name: "Continue" }).count()).toBe(1);
  await part.scrollIntoViewIfNeeded();
  await part.getByRole("button", { name: "Pause" }).waitFor();
  expect(await violations(page, "#race")).toEqual([]);
  const [inner, outer] = await part.evaluate((element) => [element.scrollWidth, innerWidth]);
  expect(inner).toBeLessThanOrEqual(outer);
  await leave();
});
