// The page by keyboard alone: Tab reaches everything in the order of reading, what has the focus is seen and has a name, and no press of a
// button loses the focus.
import type { Locator, Page } from "playwright-core";
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
}, 120_000);

/** Gives the focus to a control; its kind and its words, or null if it is not shown. */
const give = (controls: Locator, i: number) =>
  controls.nth(i).evaluate((element: HTMLElement) => {
    if (!element.checkVisibility({ visibilityProperty: true })) return null;
    element.focus();
    const words = element.getAttribute("aria-label") ?? (element.textContent?.trim() || element.outerHTML.slice(0, 80));
    return { words, isInput: element instanceof HTMLInputElement, hasFocus: element.matches(":focus") };
  });

/** Two frames after a press: whether the focus is in the page, and whether something covers the page. */
const after = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<{ isLost: boolean; isCovered: boolean }>((done) =>
        requestAnimationFrame(() =>
          setTimeout(() => {
            const isLost = document.activeElement === null || document.activeElement === document.body;
            done({ isLost, isCovered: document.querySelector("dialog[open], [data-presenting]") !== null });
          }, 30),
        ),
      ),
  );

/** What a press changes: buttons, choices, switches. Radios are pressed by the keyboard's Space. */
const pressed = "button, [role=button], [role=switch], summary, input[type=checkbox], input[type=radio]";

it("keeps the focus in the page after a press of each button, before, during and after a training", async () => {
  const { page, leave } = await site.visit();
  page.on("filechooser", () => undefined);
  await load(page);
  const lost: string[] = [];
  for (const place of ["header", ...(await partsOf(page)).map((id) => `#${id}`)]) {
    const controls = page.locator(place).locator(pressed);
    for (let i = 0; i < (await controls.count()); i++) {
      const given = await give(controls, i);
      if (given === null) continue;
      if (!given.hasFocus) lost.push(`${place}: ${given.words} cannot have the focus`);
      await page.keyboard.press(given.isInput ? "Space" : "Enter");
      const { isLost, isCovered } = await after(page);
      if (isLost && given.hasFocus) lost.push(`${place}: ${given.words}`);
      if (isCovered) await page.keyboard.press("Escape");
    }
  }

  expect(lost).toEqual([]);
  expect(await faults(page)).toEqual([]);
  await leave();
}, 300_000);
