// The page by the text of its accessibility tree alone, as a screen reader gives it: everything has a name, and the task of each part is done
// by names and roles, and answered in words.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { it } from "../../test/browser/chromium.ts";
import { nameless } from "./nameless.ts";
import { Site } from "./site.ts";

let site: Site;
beforeAll(async () => {
  site = await Site.open();
});
afterAll(() => site.close());

/** The part's tree as text: one line an element, with role and name. */
const tree = (page: Page, id: string) => page.locator(`#${id}`).ariaSnapshot();
/** The tree of the part, once it matches. */
const told = (page: Page, id: string, pattern: RegExp) =>
  expect.poll(() => tree(page, id), { timeout: 60_000 }).toMatch(pattern);

/** What is done in each part, and the words that answer. `press` is the name of a button. The race is run by its own test, in the same way. */
const tasks = [
  { id: "neuron", heading: "One neuron", press: "Learn", answer: /round ([3-9]|\d\d)/ },
  { id: "net", heading: "A net of neurons", press: "Train", answer: /(9\d|100)%/ },
  {
    id: "images",
    heading: "A net that recognises images",
    press: "Train",
    answer: /of 10,000 test pictures recognised/,
  },
  { id: "classes", heading: "", press: "Add a class", answer: /Remove the class Class 3/ },
] as const;

it("does the task of each part by names and roles, and reads the answer", async () => {
  // The smaller net for images learns in a second.
  const { page, leave } = await site.visit({ at: "top;images?net=mlp" });
  await told(page, "top", /I read a 3, more than 99% sure/);
  for (const { id, heading, press, answer } of tasks) {
    await page.getByRole("navigation", { name: "Parts" }).locator(`a[href="#${id}"]`).click();
    const part = page.locator(`#${id}`);
    await part.getByRole("heading", { level: 2, name: heading }).waitFor();
    const button = part.getByRole("button", { name: press, exact: true });
    await expect.poll(() => button.getAttribute("aria-disabled")).toBeNull();
    expect(await tree(page, id)).not.toMatch(answer);
    await button.press("Enter");
    await told(page, id, answer);
    const text = await tree(page, id);
    expect(nameless(text), text).toEqual([]);
    const pause = part.getByRole("button", { name: "Pause", exact: true });
    if ((await pause.count()) > 0) await pause.first().press("Enter");
  }
  await leave();
}, 240_000);
